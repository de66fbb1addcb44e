package conformance_test

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/duel"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// restarts is how many sequences are tried on each stage; each takes three
// servers. -rapid.checks says otherwise.
const restarts = "50"

// firstWithLog is the chapter from which on data outlives its server.
const firstWithLog = 4

// TestPersistence sends generated commands to a stage that logs them, kills it
// with -9, and expects the same data of another one that loads the log, and of
// a redis-server that loads a copy of it.
func TestPersistence(t *testing.T) {
	setDefault(t, "rapid.checks", "100", restarts)
	setDefault(t, "rapid.nofailfile", "false", "true")
	setDefault(t, "rapid.shrinktime", "30s", "10s")
	for _, c := range stages(t) {
		if c.Number < firstWithLog {
			continue
		}
		t.Run(name(c), func(t *testing.T) {
			t.Parallel()
			survivesKill(t, stageTarget(t, c), c.Number)
		})
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		survivesKill(t, redisTarget(t), newest)
	})
}

// limits are settings under which a chapter's server evicts keys, and none. Only
// from firstWithPolicies on is there a choice of which.
func limits(target *conformance.Target, chapter int) *rapid.Generator[[]string] {
	all := [][]string{nil}
	if !target.Redis {
		all = append(all, []string{"--maxkeys", "4"})
	}
	if !target.Redis && chapter >= firstWithPolicies {
		for _, policy := range []string{"allkeys-random", "volatile-ttl", "allkeys-lru", "volatile-lru"} {
			all = append(all, []string{"--maxkeys", "4", "--maxmemory-policy", policy})
		}
	}
	return rapid.SampledFrom(all)
}

const firstWithPolicies = 5

func survivesKill(t *testing.T, target *conformance.Target, chapter int) {
	generator, rewrite, limit := differential.SequencesOf(chapter), rapid.IntRange(0, 7), limits(target, chapter)
	redis, err := conformance.RedisTarget()
	if !errors.Is(err, harness.ErrNoRedis) {
		require.NoError(t, err)
		t.Cleanup(redis.Close)
	}
	rapid.Check(t, func(t *rapid.T) {
		dir := temporaryDir(t)
		databases, args := differential.Databases(chapter), limit.Draw(t, "limit")
		before := onDisk(t, target, dir, databases, args, func(p *duel.Peer) {
			for i, c := range generator.Draw(t, "sequence") {
				ask(t, p, c.Request(i)...)
				if rewrite.Draw(t, "rewrite") == 7 {
					ask(t, p, "BGREWRITEAOF") // or one is under way
				}
			}
		})
		require.Equal(t, before, onDisk(t, target, dir, databases, nil, nil), "after kill -9 and a restart")
		if redis != nil {
			duplicate := temporaryDir(t)
			require.NoError(t, os.CopyFS(duplicate, os.DirFS(dir)))
			require.Equal(t, before, onDisk(t, redis, duplicate, databases, nil, nil), "in a redis-server that has loaded the log")
		}
	})
}

func temporaryDir(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "redis-internals-persistence-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// onDisk starts a server on the directory, does something with it, returns all
// that it holds then in the databases, a line a key, and kills it.
func onDisk(t *rapid.T, target *conformance.Target, dir string, databases, args []string, do func(*duel.Peer)) (lines []string) {
	args = append([]string{"--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no"}, args...)
	server, err := target.Launch(harness.Options{Dir: dir, Args: args})
	require.NoError(t, err)
	defer server.Kill()
	p := &duel.Peer{Target: target, Server: server}
	require.NoError(t, p.Connect())
	defer p.Close()
	for deadline := time.Now().Add(time.Minute); ask(t, p, "PING").Text != "PONG"; {
		require.True(t, time.Now().Before(deadline), "%s is still loading; it printed: %s", target.Name, server.Log())
	}
	if do != nil {
		do(p)
	}
	if len(databases) == 0 { // the chapter has one, and cannot select it
		return contents(t, p, "0")
	}
	for _, db := range databases {
		ask(t, p, "SELECT", db)
		lines = append(lines, contents(t, p, db)...)
	}
	return lines
}

// contents is what the selected database holds, a line a key.
func contents(t *rapid.T, p *duel.Peer, db string) (lines []string) {
	names := ask(t, p, "KEYS", "*").Strings()
	slices.Sort(names)
	for _, name := range names {
		value, end := ask(t, p, "GET", name).Text, ask(t, p, "PEXPIRETIME", name).Int
		lines = append(lines, db+" "+wire.Escape(name)+" "+wire.Escape(value)+" "+strconv.FormatInt(end, 10))
	}
	return lines
}

func ask(t *rapid.T, p *duel.Peer, request ...string) wire.Value {
	require.NoError(t, p.Send(wire.Command(request...)))
	v, err := p.Read()
	require.NoError(t, err, "the reply to %s", differential.Show(request))
	return v
}
