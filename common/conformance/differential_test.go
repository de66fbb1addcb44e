package conformance_test

import (
	"flag"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/duel"
	"redis-internals/common/conformance/wire"
)

// sequences is how many are tried on each stage; -rapid.checks says otherwise.
const sequences = "1000"

// firstWithKeys is the chapter from which on there are commands to compare.
const firstWithKeys = 3

// newest stands for a chapter that has all commands.
const newest = 1000

// TestDifferential sends generated commands to each stage and to redis-server,
// which must answer alike. redis-server is also compared with another one of
// its kind: sequences whose outcome depends on the clock would show there.
func TestDifferential(t *testing.T) {
	redisTarget(t) // is there one?
	setDefault(t, "rapid.checks", "100", sequences)
	setDefault(t, "rapid.nofailfile", "false", "true")
	setDefault(t, "rapid.shrinktime", "30s", "10s")
	for _, c := range stages(t) {
		if c.Number < firstWithKeys {
			continue
		}
		t.Run(name(c), func(t *testing.T) {
			t.Parallel()
			compare(t, stageTarget(t, c), redisTarget(t), c.Number)
		})
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		compare(t, redisTarget(t), redisTarget(t), newest)
	})
}

// setDefault sets a flag of rapid's, unless the command line or the
// environment has done so.
func setDefault(t *testing.T, name, builtIn, value string) {
	t.Helper()
	f := flag.Lookup(name)
	if f.Value.String() == builtIn {
		require.NoError(t, f.Value.Set(value))
		t.Cleanup(func() { _ = f.Value.Set(builtIn) })
	}
}

// compare tries sequences of a chapter's commands until one is answered
// differently, which rapid then makes as short as it can. Each sequence goes in
// bursts of some length, for a server must answer a pipeline like single requests.
func compare(t *testing.T, stageTarget, oracleTarget *conformance.Target, chapter int) {
	generator, lengths := differential.SequencesOf(chapter), rapid.IntRange(1, 8)
	p := newPair(&duel.Peer{Target: stageTarget}, &duel.Peer{Target: oracleTarget})
	rapid.Check(t, func(t *rapid.T) {
		sequence := generator.Draw(t, "sequence")
		length := lengths.Draw(t, "burst")
		p.connect(t)
		defer p.close()
		p.mayChooseRESP3(chapter)
		databases := differential.Databases(chapter)
		p.both([]string{"FLUSHALL"})
		if len(databases) > 0 {
			p.both([]string{"SELECT", "0"})
		}
		var requests [][]string
		for i, c := range sequence {
			requests = append(requests, c.Request(i))
		}
		for burst := range slices.Chunk(requests, length) {
			p.both(burst...)
		}
		p.keyspaces(databases)
	})
}

// pair is the two servers in the course of one sequence, whose differences fail a check.
type pair struct {
	duel.Pair
	t         *rapid.T
	listeners [2]*duel.Peer // to the events of both; nil if nobody listens
}

func newPair(stage, oracle *duel.Peer) *pair {
	return &pair{Pair: duel.Pair{Stage: stage, Oracle: oracle}}
}

func (p *pair) connect(t *rapid.T) {
	p.t, p.listeners = t, [2]*duel.Peer{}
	if err := p.Connect(); err != nil {
		t.Fatal(err)
	}
}

// mayChooseRESP3 has the rest of every second sequence said in RESP3, where the stage speaks it.
func (p *pair) mayChooseRESP3(chapter int) (chosen bool) {
	if chosen = chapter >= firstWithRESP3 && rapid.Bool().Draw(p.t, "RESP3"); chosen {
		p.chooseRESP3()
	}
	return chosen
}

func (p *pair) chooseRESP3() {
	for _, s := range []*duel.Peer{p.Stage, p.Oracle} {
		err := s.Send(wire.Command("HELLO", "3"))
		if err == nil {
			_, err = s.Read() // it tells the client's number, which is another one
		}
		if err != nil {
			p.t.Fatalf("%s does not answer HELLO 3: %v", s.Name, err)
		}
	}
}

func (p *pair) close() {
	p.Close()
	for _, listener := range p.listeners {
		if listener != nil {
			listener.Close()
		}
	}
}

// both sends requests to both servers at once, compares the replies and returns
// the oracle's last one.
func (p *pair) both(requests ...[]string) (last wire.Value) {
	replies, diff, err := p.Exchange(requests...)
	p.agree(diff, err)
	return replies[len(replies)-1]
}

// agree fails the check unless the servers answered, and alike.
func (p *pair) agree(diff *duel.Difference, err error) {
	if err != nil {
		p.t.Fatal(err)
	}
	if diff != nil {
		p.t.Fatalf("%s: %s", p.Stage.Name, diff)
	}
}

// everythingOf is what is asked of each key in the end; OBJECT ENCODING only
// where there are databases.
var everythingOf = [][]string{{"TYPE"}, {"GET"}, {"TTL"}, {"PTTL"}, {"EXPIRETIME"}, {"PEXPIRETIME"}}

// keyspaces compares all that there is in the end, in each of the databases. With
// none the chapter has one, and cannot select it.
func (p *pair) keyspaces(databases []string) {
	if len(databases) == 0 {
		p.keyspace(everythingOf)
	}
	for _, db := range databases {
		p.both([]string{"SELECT", db})
		p.keyspace(append(slices.Clone(everythingOf), []string{"OBJECT", "ENCODING"}))
	}
}

// keyspace compares one database.
func (p *pair) keyspace(everything [][]string) {
	names := p.both([]string{"KEYS", "*"}).Strings()
	slices.Sort(names)
	var requests [][]string
	for _, name := range names {
		for _, command := range everything {
			requests = append(requests, append(slices.Clone(command), name))
		}
	}
	requests = append(requests, append([]string{"EXISTS"}, differential.Keys...), []string{"DBSIZE"}) // what is over is gone
	p.both(requests...)
}
