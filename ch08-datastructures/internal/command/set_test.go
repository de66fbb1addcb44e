package command

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

func TestSet_AMemberCostsNoAllocation(t *testing.T) {
	for _, encoding := range []string{"intset", "hashtable"} {
		s := newSession(t)
		s.expect("SADD s 1 2 3", ":3\r\n")
		if encoding == "hashtable" {
			s.expect("SADD s ada", ":1\r\n")
		}
		require.Contains(t, s.ask("OBJECT", "ENCODING", "s"), encoding)
		for _, requests := range []string{
			"SADD s 1; SADD s 4; SREM s 4", "SISMEMBER s 1; SISMEMBER s 9", "SMISMEMBER s 1 9", "SCARD s", "SRANDMEMBER s", "SADD t 7; SPOP t", "SADD t 7 8; SPOP t; SPOP t", "SADD t 5; SMOVE t s 5; SMOVE s t 5; SREM t 5",
		} {
			var parsed [][][]byte
			for _, request := range strings.Split(requests, "; ") {
				var args [][]byte
				for _, word := range strings.Fields(request) {
					args = append(args, []byte(word))
				}
				parsed = append(parsed, args)
			}
			s.c.Reply = make([]byte, 0, 1<<12)
			require.Zero(t, testing.AllocsPerRun(100, func() {
				s.c.Reply = s.c.Reply[:0]
				s.c.Engine.BeginRequests()
				for _, args := range parsed {
					s.c.Args = args
					s.c.Engine.Execute(&s.c)
				}
				s.c.Engine.EndRequests()
			}), "%s, of a %s", requests, encoding)
			require.NotContains(t, string(s.c.Reply), "-ERR")
		}
	}
}

// Both ways of subtracting, results that are kept and others, and an intset in the place of
// a hash table give all their memory back.
func TestSet_CombinationsGiveTheirMemoryBack(t *testing.T) {
	s := newSession(t)
	before := 0
	for round := range 3 {
		if round == 1 { // now the keyspace has its tables
			before = zmalloc.Used()
		}
		s.ask("SADD", "a", "1", "2", "3", "4", "5", "x")
		s.ask("SADD", "b", "x", "y")
		s.ask("SADD", "c", "z")
		for _, request := range []string{"SDIFF a b", "SDIFF a b c", "SINTER a b", "SUNION a b c", "SDIFFSTORE d a b c", "SDIFFSTORE d a b", "SINTERSTORE d a b", "SUNIONSTORE d a b c", "SDIFFSTORE d a a", "SPOP a 5", "EXPIRE a 1000", "SPOP b 1"} {
			require.NotContains(t, s.ask(strings.Fields(request)...), "-ERR", request)
		}
		s.ask("DEL", "a", "b", "c", "d")
	}
	require.Equal(t, before, zmalloc.Used())
}

func TestSpop_OfMostMembersLeavesAnIntsetWithItsTTL(t *testing.T) {
	s := newSession(t)
	var members []string
	for i := range 600 {
		members = append(members, strconv.Itoa(i*7))
	}
	s.ask(append([]string{"SADD", "s"}, members...)...)
	s.ask("SADD", "s", "01")
	s.ask("SREM", "s", "01")
	s.ask("PEXPIREAT", "s", "4102444800000")
	require.Contains(t, s.ask("OBJECT", "ENCODING", "s"), "hashtable")
	require.Contains(t, s.ask("SPOP", "s", "590"), "*590\r\n")
	require.Contains(t, s.ask("OBJECT", "ENCODING", "s"), "intset")
	require.Equal(t, ":4102444800000\r\n", s.ask("PEXPIRETIME", "s"))
}
