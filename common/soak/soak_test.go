package soak

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// firstWithCommands is the chapter from which on a server has any.
const firstWithCommands = 2

// The environment says which stage (CH; all), for how long (SOAKTIME), and with which
// seed (SEED).
const (
	defaultTime    = "1s"
	defaultClients = 200
)

// What a server may have in use beyond what it began with, in bytes.
const (
	slack     = 1 << 20
	heapSlack = 64 << 20 // where used_memory is Go's heap: its garbage counts, too
	keeps     = 16 << 20 // by a Redis: scripts, slow requests, its log's buffers
)

// firstCounting is the chapter from which on a server counts the memory in use.
const firstCounting = 6

func slackOf(c chapters.Chapter) int64 {
	if c.Number < firstCounting {
		return heapSlack
	}
	return slack
}

func TestMain(m *testing.M) {
	if fault, ok := os.LookupEnv(asServer); ok {
		(&toy{fault: fault}).serve(os.Args[2]) // --port PORT
		return
	}
	code := m.Run()
	harness.RemoveBuilds()
	os.Exit(code)
}

// builds are those of a stage that notice more than their replies tell.
var builds = []struct {
	name  string
	flags []string
	dir   string // a stage without this directory has no such build
	needs string // a program that must be there
}{
	{"race", []string{"-race"}, ".", "gcc"},
	{"poison", []string{"-tags", "poison"}, "internal/zmalloc", ""},
}

// TestSoak soaks each build of each stage.
func TestSoak(t *testing.T) {
	limit, err := time.ParseDuration(getenv("SOAKTIME", defaultTime))
	require.NoError(t, err, "SOAKTIME")
	seed, err := strconv.ParseUint(getenv("SEED", strconv.FormatInt(time.Now().UnixNano(), 10)), 10, 64)
	require.NoError(t, err, "SEED")
	for _, c := range stages(t) {
		for _, b := range builds {
			if _, err := os.Stat(filepath.Join(c.Dir, b.dir)); err != nil {
				continue
			}
			t.Run(fmt.Sprintf("ch%02d %s", c.Number, b.name), func(t *testing.T) {
				if _, err := exec.LookPath(b.needs); b.needs != "" && err != nil {
					t.Skip(err)
				}
				binary, err := harness.BuildWith(c, b.name, b.flags...)
				require.NoError(t, err)
				stop := tick(t, limit)
				result, err := Run(t.Context(), Config{
					Name: fmt.Sprintf("ch%02d", c.Number), Binary: binary, Clients: defaultClients,
					Time: limit, Seed: seed, Patience: time.Minute, Slack: slackOf(c),
				})
				stop()
				if err != nil {
					t.Fatalf("%v\nagain: make soak CH=%02d SEED=%d SOAKTIME=%v", err, c.Number, seed, limit)
				}
				t.Logf("seed %d, %v: %v", seed, limit, result)
			})
		}
	}
}

// ticks are how often a long soak says how far it is.
const ticks = 10 * time.Second

// tick says so until stop is called. Nothing is said of a short one.
func tick(t *testing.T, limit time.Duration) (stop func()) {
	began, done, stopped := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		every := time.NewTicker(ticks)
		defer every.Stop()
		for {
			select {
			case <-every.C:
				t.Logf("%v of %v", time.Since(began).Round(time.Second), limit)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-stopped }
}

func getenv(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// stages are those to soak: the one that CH names, or all that have commands.
func stages(t *testing.T) []chapters.Chapter {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	if only := os.Getenv("CH"); only != "" {
		c, err := chapters.Parse(list, only)
		require.NoError(t, err)
		list = []chapters.Chapter{c}
	}
	if list[0].Number < firstWithCommands {
		list = list[1:]
	}
	return list
}

// TestRedis_LivesThroughASoak soaks the oracle: what it does is right.
func TestRedis_LivesThroughASoak(t *testing.T) {
	binary, err := exec.LookPath("redis-server")
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip(harness.ErrNoRedis)
	}
	require.NoError(t, err)
	limit, err := time.ParseDuration(getenv("SOAKTIME", defaultTime))
	require.NoError(t, err, "SOAKTIME")
	seed, err := strconv.ParseUint(getenv("SEED", strconv.FormatInt(time.Now().UnixNano(), 10)), 10, 64)
	require.NoError(t, err, "SEED")
	result, err := Run(t.Context(), Config{Name: "redis", Binary: binary, Clients: defaultClients, Time: limit, Seed: seed, Patience: time.Minute, Forgetful: true, Slack: keeps})
	require.NoError(t, err)
	t.Log(result)
}
