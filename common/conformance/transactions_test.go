package conformance_test

import (
	"testing"

	"pgregory.net/rapid"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/duel"
)

// scenes is how many are tried on each stage, of about 60 commands; -rapid.checks says
// otherwise.
const scenes = "900"

// firstWithTransactions is the chapter from which on there is MULTI.
const firstWithTransactions = 7

// TestTransactions plays scenes of several clients, with transactions and watches, on each
// stage that has them and on redis-server, which must answer alike.
func TestTransactions(t *testing.T) {
	redisTarget(t) // is there one?
	setDefault(t, "rapid.checks", "100", scenes)
	setDefault(t, "rapid.nofailfile", "false", "true")
	setDefault(t, "rapid.shrinktime", "30s", "10s")
	for _, c := range stages(t) {
		if c.Number < firstWithTransactions {
			continue
		}
		t.Run(name(c), func(t *testing.T) {
			t.Parallel()
			compareScenes(t, stageTarget(t, c), redisTarget(t))
		})
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		compareScenes(t, redisTarget(t), redisTarget(t))
	})
}

// compareScenes tries scenes until one is answered differently. What a client says in one
// step goes in one burst, up to a command after which time must pass.
func compareScenes(t *testing.T, stageTarget, oracleTarget *conformance.Target) {
	generator := differential.Scenes()
	var clients [differential.Clients]*pair
	for i := range clients {
		clients[i] = newPair(&duel.Peer{Target: stageTarget}, &duel.Peer{Target: oracleTarget})
	}
	rapid.Check(t, func(t *rapid.T) {
		scene := generator.Draw(t, "scene")
		for _, c := range clients {
			c.connect(t)
			defer c.close()
		}
		clients[0].both([]string{"FLUSHALL"})
		at := 0 // commands so far
		for _, step := range scene {
			var burst [][]string
			for _, c := range step.Commands {
				burst = append(burst, c.Request(at))
				at++
			}
			c := clients[step.Client]
			c.agree(c.Speak(burst))
		}
		for _, c := range clients {
			c.both([]string{"RESET"})
		}
		clients[0].keyspaces(differential.Databases(newest))
	})
}
