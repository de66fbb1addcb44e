// ch03_expiry.go: keys that go when their time is up, whether they are asked for or not.

package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// expiry is keys that go when their time is up, whether they are asked for or
// not.
func expiry() list {
	return in(3, lesson3Expire, list{
		{Name: "an expired key is gone for GET", Run: expires("GET @k", nilBulk)},
		{Name: "an expired key is gone for EXISTS", Run: expires("EXISTS @k", zero)},
		{Name: "an expired key is gone for TTL", Run: expires("TTL @k", noKey)},
		{Name: "an expired key is gone for PTTL", Run: expires("PTTL @k", noKey)},
		{Name: "an expired key is gone for TYPE", Run: expires("TYPE @k", "+none\r\n")},
		{Name: "an expired key is gone for KEYS", Run: expires("KEYS @k*", emptyList)},
		{Name: "SET overwrites an expired key", Run: onceExpired("SET @k new", done, "GET @k", bulk("new"), "TTL @k", noTTL)},
		{Name: "SET KEEPTTL on an expired key has no TTL to keep", Run: onceExpired("SET @k new KEEPTTL", done, "GET @k", bulk("new"), "TTL @k", noTTL)},
		{Name: "SET NX stores over an expired key", Run: onceExpired("SET @k new NX", done, "GET @k", bulk("new"), "TTL @k", noTTL)},
		{Name: "SET XX finds no expired key", Run: onceExpired("SET @k new XX", nilBulk, "EXISTS @k", zero)},
		{Name: "SET GET answers nil for an expired key", Run: onceExpired("SET @k new GET", nilBulk, "GET @k", bulk("new"))},
		{Name: "DEL and UNLINK find no expired key", Run: onceExpired("DEL @k @k2", zero, "UNLINK @k3", zero)},
		{Name: "EXPIRE finds no expired key", Run: onceExpired("EXPIRE @k 1000", zero, "PEXPIREAT @k2 1", zero, "GET @k", nilBulk)},
		{Name: "PERSIST finds no expired key", Run: onceExpired("PERSIST @k", zero, "GET @k", nilBulk)},
		{Name: "a key whose TTL was taken away stays", Run: staysWithoutTTL},
		{Name: "keys that expire go without being asked for", Own: true, Run: goUnasked},
		{Name: "keys that expire go from among many that stay", Own: true, Run: goFromAmongMany},
		{Name: "100000 keys that expire at once keep nobody waiting", Own: true, Alone: true, Timeout: time.Minute, Run: expireAtOnce},
	})
}

func staysWithoutTTL(t *T) {
	c, own := t.Dial(), newKeys()
	// In one request, so that no key expires before its TTL is taken away.
	c.Exchange(own.cmd("SET @a v PX 50")+own.cmd("PERSIST @a")+own.cmd("SET @b v PX 50")+own.cmd("SET @b w")+
		own.cmd("SET @c v PX 50")+own.cmd("PEXPIRE @c 1000000")+own.cmd("SET @clock v PX 60"),
		done+one+done+done+done+one+done)
	t.Until("the keys would have expired", func() bool { return c.Call("GET", own.key("clock")).Null })
	speak(c, own, "GET @a", bulk("v"), "GET @b", bulk("w"), "GET @c", bulk("v"), "TTL @a", noTTL, "TTL @b", noTTL)
}

// goUnasked asks for DBSIZE only, which deletes nothing itself.
func goUnasked(t *T) {
	c, own := t.Dial(), newKeys()
	empty(t, c)
	for i := range 100 {
		c.Exchange(cmd("SET", own.key(strconv.Itoa(i)), "v", "PX", "50"), done)
	}
	awaitSize(t, c, 0)
}

// goFromAmongMany hides a few keys that expire among many that do not, some
// for good and some for long.
func goFromAmongMany(t *T) {
	c, own := t.Dial(), newKeys()
	empty(t, c)
	var sets strings.Builder
	for i := range 20_000 {
		options := []string{"SET", own.key(strconv.Itoa(i)), "v"}
		switch i % 100 {
		case 0:
			options = append(options, "EX", "1000")
		case 1, 2:
			options = append(options, "PX", "50")
		}
		sets.WriteString(cmd(options...))
	}
	t.Go(func() { c.Send(sets.String()) })
	c.Expect(strings.Repeat(done, 20_000))
	awaitSize(t, c, 19_600)
	speak(c, own, "GET @0", bulk("v"), "GET @1", nilBulk, "GET @2", nilBulk, "GET @3", bulk("v"))
}

// expireAtOnce gives 100000 keys the same last millisecond. From before it
// until they have gone by themselves, nobody waits long for a PING.
func expireAtOnce(t *T) {
	const n, longest = 100_000, 500 * time.Millisecond
	c, own := t.Dial(), newKeys()
	empty(t, c)
	setBeforeTheyExpire(t, c, own, n)
	deadline := time.Now().Add(30 * time.Second)
	for left := int64(n); left > 0; left = c.Call("DBSIZE").Int {
		asked := time.Now()
		c.Exchange(cmd("PING"), "+PONG\r\n")
		waited := time.Since(asked)
		require.Less(t, waited, longest, "a PING waited, with %d keys left", left)
		require.True(t, time.Now().Before(deadline), "%d keys are left", left)
		<-time.After(time.Millisecond)
	}
}

// setBeforeTheyExpire sets keys that all expire at one moment, soon, and later if
// setting them took until then.
func setBeforeTheyExpire(t *T, c *conformance.Conn, own keys, n int) {
	const batch = 1000
	for soon := 500 * time.Millisecond; ; soon *= 2 {
		require.Less(t, soon, 20*time.Second, "the time for which %d keys are to live, to be there together", n)
		end := time.Now().Add(soon)
		endMs := strconv.FormatInt(end.UnixMilli(), 10)
		for first := 0; first < n; first += batch {
			var sets strings.Builder
			for i := range batch {
				sets.WriteString(cmd("SET", own.key(strconv.Itoa(first+i)), "v", "PXAT", endMs))
			}
			c.Exchange(sets.String(), strings.Repeat(done, batch))
		}
		if time.Until(end) > 50*time.Millisecond {
			return
		}
	}
}
