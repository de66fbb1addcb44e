package conformance_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/duel"
)

// firstWithCollections is the chapter from which on there are lists, sets, hashes and sorted
// sets.
const firstWithCollections = 8

// collections is how many sequences are tried on each stage, of about 50 commands;
// -rapid.checks says otherwise.
const collections = "2000"

// TestCollections sends generated commands on all types to each stage that has them and to
// redis-server, which must answer alike, publish the same events in the same order, and hold the
// same in the end.
func TestCollections(t *testing.T) {
	redisTarget(t) // is there one?
	setDefault(t, "rapid.checks", "100", collections)
	setDefault(t, "rapid.nofailfile", "false", "true")
	setDefault(t, "rapid.shrinktime", "30s", "10s")
	for _, c := range stages(t) {
		if c.Number < firstWithCollections {
			continue
		}
		t.Run(name(c), func(t *testing.T) {
			t.Parallel()
			compareCollections(t, stageTarget(t, c), redisTarget(t))
		})
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		compareCollections(t, redisTarget(t), redisTarget(t))
	})
}

func compareCollections(t *testing.T, stageTarget, oracleTarget *conformance.Target) {
	generator, limits, lengths := differential.Collections(), differential.CollectionLimits(), rapid.IntRange(1, 8)
	p := newPair(&duel.Peer{Target: stageTarget}, &duel.Peer{Target: oracleTarget})
	commands := 0
	rapid.Check(t, func(t *rapid.T) {
		sizes, sequence, length := limits.Draw(t, "limits"), generator.Draw(t, "sequence"), lengths.Draw(t, "burst")
		p.connect(t)
		defer p.close()
		p.listen()
		inRESP3 := p.mayChooseRESP3(firstWithCollections)
		p.both([]string{"FLUSHALL"}, sizes)
		var requests [][]string
		for i, c := range sequence {
			requests = append(requests, c.Request(i))
		}
		for burst := range slices.Chunk(requests, length) {
			p.both(burst...)
		}
		commands += len(requests)
		p.both([]string{"RESET"}, []string{"PUBLISH", endOfEvents, ""})
		p.sameEvents()
		if inRESP3 {
			p.chooseRESP3()
		}
		for _, db := range differential.CollectionDatabases {
			p.both([]string{"SELECT", db}, []string{"DBSIZE"})
			names := p.both([]string{"KEYS", "*"}).Strings()
			slices.Sort(names)
			for _, name := range names {
				p.both(differential.EverythingOf(name)...)
			}
		}
	})
	t.Logf("%d commands", commands)
}
