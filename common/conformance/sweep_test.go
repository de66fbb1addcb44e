package conformance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

func TestNames_AreBulkStringsThatBeginAsTheSuitesKeysDo(t *testing.T) {
	var n names
	n.note([]byte(wire.Command("SET", "suite:1:k", "v") + wire.Command("DEL", "suite:1:a b\r\n", "suite:2:k", "other")))
	n.note([]byte("SET suite:3:inline v\r\n"))
	n.note([]byte("$3000\r\nsuite:4:cut"))
	require.Equal(t, map[string]bool{"suite:1:k": true, "suite:1:a b\r\n": true, "suite:2:k": true}, n.seen)
}

// A server that somebody else has started holds afterwards what it held before, whatever it
// knows to list.
func TestGrade_LeavesNoKeysBehind(t *testing.T) {
	redis, err := RedisTarget()
	if err != nil {
		t.Skip(err)
	}
	defer redis.Close()
	target, err := AddressTarget(redis.Addr, 5)
	require.NoError(t, err)
	write := func(db, key string) Case {
		return Case{Name: "writes " + key, Lesson: "Object, encodings, INCR", From: 5, Core: true, Run: func(t *T) {
			c := t.Dial()
			c.Exchange(wire.Command("SELECT", db), "+OK\r\n")
			c.Exchange(wire.Command("SET", key, "v"), "+OK\r\n")
		}}
	}
	var out strings.Builder
	grading := Grading{Cases: []Case{write("0", SuiteKeys+"x:1:k"), write("9", SuiteKeys+"x:2:\x00\r\n"), write("3", "somebody's")}}
	require.True(t, grading.Grade(&out, target), out.String())
	result := runOn(target, func(t *T) {
		c := t.Dial()
		for db, want := range map[string]string{"0": ":0\r\n", "9": ":0\r\n", "3": ":1\r\n"} {
			c.Exchange(wire.Command("SELECT", db), "+OK\r\n")
			c.Exchange(wire.Command("DBSIZE"), want)
		}
	})
	require.Equal(t, Passed, result.Status, result.Report)
}
