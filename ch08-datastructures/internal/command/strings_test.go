package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandsOfStrings_AllocateNothing(t *testing.T) {
	for _, request := range []string{
		"STRLEN k", "GETRANGE k 1 3", "SETRANGE k 2 xy", "MGET k k", "MSET k text", "GETSET k text", "SETNX k v", "SETEX k 100 text", "GETEX k EX 100", "APPEND k x",
		"SETBIT b 70 1", "GETBIT b 70", "BITCOUNT b 0 -1", "BITPOS b 1", "PFADD h a", "PFCOUNT h",
	} {
		s := newSession(t)
		s.expect("SET k text", "+OK\r\n")
		s.expect("SETBIT b 70 1", ":0\r\n")
		s.expect("PFADD h a b c", ":1\r\n")
		s.c.Args = nil
		for _, word := range strings.Fields(request) {
			s.c.Args = append(s.c.Args, []byte(word))
		}
		s.c.Reply = make([]byte, 0, 1<<10)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			s.c.Reply = s.c.Reply[:0]
			s.c.Engine.BeginRequests()
			s.c.Engine.Execute(&s.c)
			s.c.Engine.EndRequests()
		}), request)
		require.NotEqual(t, byte('-'), s.c.Reply[0], "%s: %s", request, s.c.Reply)
	}
}
