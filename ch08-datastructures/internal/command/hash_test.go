package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHash_AFieldCostsNoAllocation(t *testing.T) {
	for _, encoding := range []string{"listpack", "hashtable"} {
		s := newSession(t)
		s.expect("HSET h name ada n 41", ":2\r\n")
		if encoding == "hashtable" {
			s.expect("HSET h long "+strings.Repeat("x", 100), ":1\r\n")
		}
		require.Contains(t, s.ask("OBJECT", "ENCODING", "h"), encoding)
		for _, requests := range []string{
			"HSET h name bob; HSET h name 7", "HSET h new 1; HDEL h new", "HSETNX h new 1; HSETNX h new 2; HDEL h new", "HGET h name; HGET h n; HGET h none", "HINCRBY h n 1", "HLEN h",
			"HEXISTS h name", "HSTRLEN h n", "HMGET h name n none", "HGETALL h", "HKEYS h", "HVALS h", "HRANDFIELD h",
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
