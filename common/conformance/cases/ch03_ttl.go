// ch03_ttl.go: how long keys have left, and how they are told to stay.

package cases

import (
	"fmt"

	"github.com/stretchr/testify/require"
)

// timesToLive is how long keys have left, and how they are told to stay.
func timesToLive() list {
	return in(3, lesson3Set, list{
		{Name: "TTL and its like answer -2 for a missing key", Run: dialogue("TTL @k", noKey, "PTTL @k", noKey, "EXPIRETIME @k", noKey, "PEXPIRETIME @k", noKey)},
		{Name: "TTL and its like answer -1 for a key that stays", Run: dialogue("SET @k v", done, "TTL @k", noTTL, "PTTL @k", noTTL, "EXPIRETIME @k", noTTL, "PEXPIRETIME @k", noTTL)},
		{Name: "TTL rounds to the nearest second", Run: ttlRounds},
		{Name: "EXPIRETIME rounds to the nearest second", Run: dialogue(
			"SET @k v PXAT "+year2100+"000", done, "EXPIRETIME @k", ":4102444800\r\n",
			"SET @k v PXAT "+year2100+"499", done, "EXPIRETIME @k", ":4102444800\r\n",
			"SET @k v PXAT "+year2100+"500", done, "EXPIRETIME @k", ":4102444801\r\n",
			"SET @k v PXAT "+year2100+"999", done, "EXPIRETIME @k", ":4102444801\r\n", "PEXPIRETIME @k", ":"+year2100+"999\r\n",
		)},
		{Name: "EXPIRETIME rounds the latest time there is", Run: dialogue("SET @k v PXAT 9223372036854775807", done, "EXPIRETIME @k", ":9223372036854776\r\n")},
		{Name: "TTL goes down", Run: ttlGoesDown},
		{Name: "PERSIST takes the TTL away", Run: dialogue("SET @k v EX 1000", done, "PERSIST @k", one, "TTL @k", noTTL, "GET @k", bulk("v"), "PERSIST @k", zero)},
		{Name: "PERSIST answers 0 where there is no TTL", Run: dialogue("PERSIST @k", zero, "SET @k v", done, "PERSIST @k", zero)},
	})
}

// ttlRounds asks for PTTL before TTL and after it, in one request: TTL is
// between the two, rounded.
func ttlRounds(t *T) {
	c, own := t.Dial(), newKeys()
	for ms := 100_000; ms < 101_000; ms += 50 {
		speak(c, own, fmt.Sprintf("SET @k v PX %d", ms), done)
		c.Send(own.cmd("PTTL @k") + own.cmd("TTL @k") + own.cmd("PTTL @k"))
		before, ttl, after := c.Reply().Int, c.Reply().Int, c.Reply().Int
		require.True(t, (after+500)/1000 <= ttl && ttl <= (before+500)/1000, "TTL is %d, PTTL before it %d and after it %d", ttl, before, after)
	}
}

func ttlGoesDown(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @k v EX 1000", done)
	last := c.Call("PTTL", own.key("k")).Int
	for range 5 {
		t.Until("PTTL is less than it was", func() bool {
			left := c.Call("PTTL", own.key("k")).Int
			less := left < last
			require.LessOrEqual(t, left, last)
			last = left
			return less
		})
	}
}
