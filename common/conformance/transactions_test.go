package conformance_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
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
		clients[i] = &pair{stage: &peer{Target: stageTarget}, oracle: &peer{Target: oracleTarget}}
	}
	rapid.Check(t, func(t *rapid.T) {
		scene := generator.Draw(t, "scene")
		for _, c := range clients {
			c.t, c.queue = t, differential.Queue{}
			c.stage.server, c.oracle.server = clients[0].stage.server, clients[0].oracle.server // where one has ended
			c.connect()
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
			clients[step.Client].speak(burst)
		}
		for _, c := range clients {
			c.both([]string{"RESET"})
		}
		clients[0].keyspaces(differential.Databases(newest))
	})
}

// speak sends a burst, and after each command that may set what is soon over lets that
// time pass.
func (p *pair) speak(burst [][]string) {
	for len(burst) > 0 {
		n := 1
		for n < len(burst) && !mayBeBrief(burst[n-1]) {
			n++
		}
		p.both(burst[:n]...)
		burst = burst[n:]
		if p.queue.Brief {
			p.queue.Brief = false
			time.Sleep(differential.PassesAfter) // of the clock, not for something to happen
		}
	}
}

// mayBeBrief reports whether a request sets what is soon over, or EXEC may do so.
func mayBeBrief(request []string) bool {
	return differential.IsBrief(request) || len(request[0]) == len("EXEC") && (request[0][0] == 'E' || request[0][0] == 'e')
}
