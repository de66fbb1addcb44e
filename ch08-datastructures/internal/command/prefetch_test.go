package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPrefetch_OfAnyRequestChangesNothingAndAllocatesNothing(t *testing.T) {
	for _, keys := range []int{0, 5000} { // a small database, and one that is worth it
		s := newSession(t)
		for i := range keys {
			s.ask("SET", fmt.Sprint("key:", i), "v")
		}
		for i := range 3000 {
			member := fmt.Sprint("m", i)
			s.ask("SADD", "set", member)
			s.ask("HSET", "hash", member, "v")
			s.ask("ZADD", "zset", fmt.Sprint(i), member)
		}
		s.ask("SADD", "ints", "1", "2")
		s.ask("HSET", "small", "f", "v")
		s.ask("RPUSH", "list", "a")
		var all [][][]byte
		for _, request := range []string{
			"GET set", "SADD set m1", "SADD set new", "SISMEMBER ints 1", "HGET hash m1", "HGET small f", "HGET none f", "HGET key:1 f", "ZADD zset 1 m1", "ZADD zset NX 1 m1 2 m2", "ZSCORE zset m9",
			"LPUSH list a", "SADD list a", "SETEX key:1 10 v", "STRLEN set x", "SINTER set set", "zrank", "h set", "HSET", "",
		} {
			var words [][]byte
			for _, word := range strings.Fields(request) {
				words = append(words, []byte(word))
			}
			all = append(all, words)
		}
		before := s.ask("DBSIZE")
		require.Zero(t, testing.AllocsPerRun(10, func() {
			for first := range all { // more than are asked for at a time, from each of them on
				for _, words := range all[first:] {
					s.c.Engine.PrefetchBucket(&s.c, words)
				}
				s.c.Engine.PrefetchEntries()
			}
		}))
		require.Equal(t, before, s.ask("DBSIZE"))
		s.expect("SCARD set", ":3000\r\n")
		s.expect("HGET hash m2999", "$1\r\nv\r\n")
		s.expect("ZSCORE zset m2999", "$4\r\n2999\r\n")
	}
}
