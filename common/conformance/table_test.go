// table_test.go: the table of commands, row by row as redis-server's: what COMMAND says of
// each, but for the words.
package conformance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/duel"
	"redis-internals/common/conformance/wire"
)

// firstWithWholeCommand is the chapter from which on COMMAND tells of arguments.
const firstWithWholeCommand = 8

// later are commands of later versions of Redis.
var later = []string{"client|setinfo"}

// otherArguments are commands whose arguments are told in another shape: a word in front of two
// arguments and an optional one is Redis' of all three, and here of the first, as in all other
// commands.
var otherArguments = []string{"failover"}

// sameArguments says of the arguments which of their facts count, beside their flags: not what
// they are called, nor since when there are which.
var sameArguments = []string{"type", "key_spec_index", "token"}

func TestCommandTable(t *testing.T) {
	t.Parallel()
	oracle := &duel.Peer{Target: redisTarget(t)}
	require.NoError(t, oracle.Connect())
	defer oracle.Close()
	for _, c := range stages(t) {
		if c.Number < firstWithWholeCommand {
			continue
		}
		t.Run(name(c), func(t *testing.T) { compareTables(t, stageTarget(t, c), oracle) })
	}
}

// asks sends a request and reads its reply.
func asks(t *testing.T, s *duel.Peer, request ...string) wire.Value {
	t.Helper()
	require.NoError(t, s.Send(wire.Command(request...)))
	v, err := s.Read()
	require.NoError(t, err, "%v", request)
	return v
}

func compareTables(t *testing.T, target *conformance.Target, oracle *duel.Peer) {
	stage := &duel.Peer{Target: target}
	require.NoError(t, stage.Connect())
	defer stage.Close()
	names := asks(t, stage, "COMMAND", "LIST").Strings()
	require.Greater(t, len(names), 200)
	for _, name := range names {
		if strings.Contains(strings.Join(later, " "), name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			info := func(s *duel.Peer) string {
				row := asks(t, s, "COMMAND", "INFO", name).Elems[0]
				if !row.Null {
					row.Elems = row.Elems[:9] // without its subcommands, which are in the list, too
				}
				return differential.Bytes(row)
			}
			require.Equal(t, info(oracle), info(stage))
			want, got := factsOf(docsOf(t, oracle, name)), factsOf(docsOf(t, stage, name))
			if want["arguments"] == "" || slices.Contains(otherArguments, name) { // of some Redis tells none, though there are
				delete(want, "arguments")
				delete(got, "arguments")
			}
			require.Equal(t, want, got)
		})
	}
}

// docsOf is what COMMAND DOCS says of a command, or of a subcommand within its container.
func docsOf(t *testing.T, s *duel.Peer, name string) wire.Value {
	t.Helper()
	container, _, isSub := strings.Cut(name, "|")
	docs, _ := asks(t, s, "COMMAND", "DOCS", container).Get(container)
	if isSub {
		subcommands, _ := docs.Get("subcommands")
		docs, _ = subcommands.Get(name)
	}
	return docs
}

// factsOf are those parts of a command's documentation that are not words.
func factsOf(docs wire.Value) map[string]string {
	facts := map[string]string{}
	for _, name := range []string{"since", "group", "doc_flags", "deprecated_since", "replaced_by"} {
		if v, ok := docs.Get(name); ok {
			facts[name] = differential.Bytes(v)
		}
	}
	arguments, _ := docs.Get("arguments")
	facts["arguments"] = argumentFacts(arguments)
	return facts
}

// flagsOf are all flags of an argument, and of the group that it is, in an order.
func flagsOf(argument wire.Value) string {
	var all []string
	for i := 0; i+1 < len(argument.Elems); i += 2 {
		if argument.Elems[i].Text == "flags" {
			all = append(all, argument.Elems[i+1].Strings()...)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// argumentFacts shows arguments in a line.
func argumentFacts(arguments wire.Value) string {
	var list []string
	for _, a := range arguments.Elems {
		var facts []string
		parts, isGroup := a.Get("arguments")
		if kind, _ := a.Get("type"); isGroup && kind.Text == "block" && len(parts.Elems) == 1 { // a group of one is that one
			a.Elems = append(slices.Clone(parts.Elems[0].Elems), a.Elems...)
			isGroup = false
		}
		for _, name := range sameArguments {
			if v, ok := a.Get(name); ok {
				facts = append(facts, name+"="+strings.TrimSpace(differential.Bytes(v)))
			}
		}
		facts = append(facts, flagsOf(a))
		if isGroup {
			facts = append(facts, "("+argumentFacts(parts)+")")
		}
		list = append(list, strings.Join(facts, " "))
	}
	return strings.Join(list, "; ")
}
