package aof

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/keyspace"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/resp"
	"redis-internals/ch08/internal/zmalloc"
)

// commandsIn are the commands of a base, their words separated by spaces.
func commandsIn(t *testing.T, base []byte) (commands []string) {
	t.Helper()
	most := 1 << 20
	parser := resp.Parser{MaxBulk: &most}
	for len(base) > 0 {
		n, words, err := parser.Parse(base, nil)
		require.NoError(t, err)
		require.NotZero(t, n, "a command is torn: %q", base)
		var text []string
		for _, word := range words {
			text = append(text, string(word))
		}
		commands = append(commands, strings.Join(text, " "))
		base = base[n:]
	}
	return commands
}

func collection(t *testing.T, key string, kind object.Type) *object.Object {
	o := object.NewCollection([]byte(key), kind, &object.Env{})
	t.Cleanup(func() { object.Free(o) })
	return o
}

func TestItems_MakeCommandsOfSixtyFour(t *testing.T) {
	before := zmalloc.Used()
	t.Cleanup(func() { require.Equal(t, before, zmalloc.Used()) })
	for kind, want := range map[object.Type]string{
		object.ListType: "RPUSH k n%[1]d", object.SetType: "SADD k n%[1]d", object.SortedSetType: "ZADD k %[1]d.5 n%[1]d", object.HashType: "HMSET k n%[1]d v%[1]d",
	} {
		for _, n := range []int{1, 63, 64, 65, 128, 200} {
			w := newRewrite(nil)
			p := keyspace.Piece{DB: 3, Key: []byte("k"), Value: collection(t, "k", kind), ExpireAt: 12345}
			for i := range n {
				p.Item = object.Item{Name: fmt.Appendf(nil, "n%d", i), Value: fmt.Appendf(nil, "v%d", i), Score: float64(i) + .5}
				w.dump(p)
			}
			p.Item, p.Last = object.Item{}, true
			w.dump(p)
			expected := []string{"SELECT 3"}
			for i := range n {
				words := fmt.Sprintf(want, i)
				if i%64 == 0 {
					expected = append(expected, words)
					continue
				}
				_, item, _ := strings.Cut(words, " k ")
				expected[len(expected)-1] += " " + item
			}
			require.Equal(t, append(expected, "PEXPIREAT k 12345"), commandsIn(t, w.chunk), "%s of %d", kind, n)
			require.Equal(t, 1, w.dumped)
		}
	}
}

// A write dumps what it changes, also while a long string is in the base by half.
func TestItems_WaitWhileAStringIsTorn(t *testing.T) {
	w := newRewrite(nil)
	value := strings.Repeat("x", 100)
	long := object.New([]byte("long"), object.StringValue([]byte(value)), 0)
	defer object.Free(long)
	set, list := collection(t, "s", object.SetType), collection(t, "l", object.ListType)
	member := func(db int, o *object.Object, name string) {
		w.dump(keyspace.Piece{DB: db, Key: o.Key(), Value: o, Item: object.Item{Name: []byte(name)}})
	}
	last := func(db int, o *object.Object) { w.dump(keyspace.Piece{DB: db, Key: o.Key(), Value: o, Last: true}) }
	part := func(from, to int) {
		w.dump(keyspace.Piece{DB: 0, Key: long.Key(), Value: long, From: from, To: to})
	}
	member(0, set, "before")
	part(0, 40)
	for i := range 70 {
		member(0, set, strconv.Itoa(i))
	}
	member(5, list, "other")
	last(5, list)
	part(40, 80)
	last(0, set)
	part(80, 100)
	commands := commandsIn(t, w.chunk)
	require.Equal(t, "SELECT 0", commands[0])
	require.Equal(t, "SET long "+value, commands[1])
	require.True(t, strings.HasPrefix(commands[2], "SADD s before 0 1 "), commands[2])
	require.Equal(t, []string{"SADD s 63 64 65 66 67 68 69", "SELECT 5", "RPUSH l other"}, commands[3:])
	require.Nil(t, w.aside)
	part(0, 100) // and one that is whole tears nothing
	member(0, set, "after")
	last(0, set)
	commands = commandsIn(t, w.chunk)
	require.Equal(t, []string{"SELECT 0", "SET long " + value, "SADD s after"}, commands[len(commands)-3:])
}
