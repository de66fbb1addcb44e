package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSortedSet_AMemberCostsNoAllocation(t *testing.T) {
	for _, encoding := range []string{"listpack", "skiplist"} {
		s := newSession(t)
		s.expect("ZADD z 1.5 ada 2 bob 3 7", ":3\r\n")
		if encoding == "skiplist" {
			s.expect("ZADD z 0 "+strings.Repeat("x", 100), ":1\r\n")
		}
		require.Contains(t, s.ask("OBJECT", "ENCODING", "z"), encoding)
		for _, requests := range []string{
			"ZADD z 5 ada; ZADD z 1.5 ada", "ZADD z 9.25 new; ZREM z new", "ZADD z GT CH 5 ada; ZADD z LT 1 ada", "ZINCRBY z 0.1 bob", "ZADD z INCR 1 bob", "ZSCORE z ada; ZSCORE z 7; ZSCORE z none",
			"ZRANK z bob; ZREVRANK z none", "ZCARD z", "ZMSCORE z ada none 7", "ZRANGE z 0 -1 WITHSCORES", "ZRANGEBYSCORE z (1 +inf LIMIT 1 2", "ZREVRANGEBYSCORE z 5.5 0 WITHSCORES", "ZRANGEBYLEX z [a (c",
			"ZCOUNT z 1 2", "ZLEXCOUNT z - +", "ZRANDMEMBER z", "ZADD z -5 low; ZPOPMIN z", "ZADD z 99 high; ZPOPMAX z 1", "ZADD z -5 low; ZREMRANGEBYSCORE z -9 -4", "ZADD z -5 low; ZREMRANGEBYRANK z 0 0",
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
