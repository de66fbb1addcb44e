package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestList_AnElementCostsNoAllocation(t *testing.T) {
	s := newSession(t)
	s.expect("RPUSH l a b c 1 2 3", ":6\r\n")
	s.expect("RPUSH m a", ":1\r\n")
	for _, requests := range []string{
		"LPUSH l x; LPOP l", "RPUSH l 12345; RPOP l", "LPUSHX l x; RPOP l; RPUSHX l c; LPOP l 1; LPUSH l x", "LLEN l", "LINDEX l 3; LINDEX l -1", "LSET l 0 y; LSET l 0 7",
		"LRANGE l 0 -1", "LINSERT l BEFORE 2 z; LREM l 0 z", "RPUSH l t; LTRIM l 0 -2", "LPOS l 2; LPOS l c COUNT 0", "LMOVE l m LEFT RIGHT; RPOPLPUSH m l", "LMOVE l l LEFT RIGHT", "LMPOP 1 l LEFT; LPUSH l x",
		"LPUSH new a; LPOP new",
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
		}), requests)
		require.NotContains(t, string(s.c.Reply), "-ERR")
	}
}
