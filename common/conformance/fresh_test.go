package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// A server of which only the address is known is lent to a case that wants one of its
// own: empty, and given back as it was.
func TestRedis_IsLentToACaseAsItsOwn(t *testing.T) {
	redis, err := redisTarget(t).Launch(harness.Options{})
	require.NoError(t, err)
	t.Cleanup(redis.Kill)
	target, err := conformance.AddressTarget(redis.Addr, 5)
	require.NoError(t, err)
	look := func(run func(c *conformance.Conn)) conformance.Result {
		return conformance.Run(target, conformance.Case{Name: "look", From: 5, Run: func(t *conformance.T) { run(t.Dial()) }})
	}
	own := conformance.Case{Name: "own", From: 5, Own: true, Run: func(t *conformance.T) {
		c := t.Dial()
		require.EqualValues(t, 0, c.Call("DBSIZE").Int)
		c.Call("SET", "k", "v")
		c.Call("CONFIG", "SET", "timeout", "7")
		require.Equal(t, "7", c.Call("CONFIG", "GET", "timeout").Strings()[1])
	}}

	check(t, look(func(c *conformance.Conn) { c.Call("SET", conformance.SuiteKeys+"k", "v") }))
	check(t, conformance.Run(target, own))
	check(t, look(func(c *conformance.Conn) {
		require.EqualValues(t, 0, c.Call("DBSIZE").Int)
		require.Equal(t, "0", c.Call("CONFIG", "GET", "timeout").Strings()[1])
		c.Call("SELECT", "3")
		c.Call("SET", "mine", "v")
	}))
	require.Equal(t, conformance.Skipped, conformance.Run(target, own).Status)
	check(t, look(func(c *conformance.Conn) {
		c.Call("SELECT", "3")
		require.Equal(t, "v", c.Call("GET", "mine").Text)
	}))
}
