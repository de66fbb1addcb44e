package soak

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/harness"
)

// firstWithCollections is the chapter from which on there are all types.
const firstWithCollections = 8

const (
	defaultKills = "6" // KILLS says otherwise
	killClients  = 8
)

func killConfig(t *testing.T, name, binary string) KillConfig {
	t.Helper()
	rounds, err := strconv.Atoi(getenv("KILLS", defaultKills))
	require.NoError(t, err, "KILLS")
	seed, err := strconv.ParseUint(getenv("SEED", strconv.FormatInt(time.Now().UnixNano(), 10)), 10, 64)
	require.NoError(t, err, "SEED")
	return KillConfig{
		Name: name, Binary: binary, Rounds: rounds, Clients: killClients, Seed: seed, Patience: time.Minute,
		Progress: func(done int64) {
			if done%20 == 0 {
				t.Logf("killed %d of %d times", done, rounds)
			}
		},
	}
}

// TestKills kills each stage that has all types, as often as KILLS says.
func TestKills(t *testing.T) {
	for _, c := range stages(t) {
		if c.Number < firstWithCollections {
			continue
		}
		t.Run(fmt.Sprintf("ch%02d", c.Number), func(t *testing.T) {
			binary, err := harness.Build(c)
			require.NoError(t, err)
			cfg := killConfig(t, fmt.Sprintf("ch%02d", c.Number), binary)
			result, err := RunKills(t.Context(), cfg)
			if err != nil {
				t.Fatalf("%v\nagain: SEED=%d KILLS=%d go test ./common/soak -run TestKills", err, cfg.Seed, cfg.Rounds)
			}
			t.Log(result)
		})
	}
}

// TestRedis_KeepsOverKills holds the steps and the model against the oracle.
func TestRedis_KeepsOverKills(t *testing.T) {
	binary, err := exec.LookPath("redis-server")
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip(harness.ErrNoRedis)
	}
	require.NoError(t, err)
	result, err := RunKills(t.Context(), killConfig(t, "redis", binary))
	require.NoError(t, err)
	t.Log(result)
}

// TestKeeper_NoticesWhatIsLost takes an answered step away.
func TestKeeper_NoticesWhatIsLost(t *testing.T) {
	h, rng, noticed := newHoldings(), rand.New(rand.NewPCG(1, 2)), 0
	for range 400 {
		before := h.clone()
		h.apply(h.draw(rng, 0))
		require.Empty(t, h.differs(h.clone()))
		if h.differs(before) != "" {
			noticed++
		}
	}
	require.Greater(t, noticed, 200) // the others popped nothing, or set what was there
}
