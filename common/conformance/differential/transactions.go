// transactions.go: scenes of several clients, whose transactions and watches meet.
//
//	0> WATCH a          1> MULTI
//	0> MULTI            1> SET a v PX 2
//	0> INCR a           1> EXEC
//	0> EXEC
//
// The clients speak one after another, so a scene has one outcome. Some keys live for two
// milliseconds only: whoever plays the scene waits until they are over before the next
// client speaks. Whether somebody has noticed by then must make no difference.
//
// What maxmemory evicts is left out: which keys go is not the same on two servers.

package differential

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"pgregory.net/rapid"

	"redis-internals/common/conformance/wire"
)

// Clients is how many clients a scene has.
const Clients = 3

// Scene is steps to take one after another.
type Scene []Step

// Step is some commands of one client.
type Step struct {
	Client   int
	Commands Sequence
}

// GoString shows the scene as lines, each with who speaks.
func (s Scene) GoString() string {
	var b strings.Builder
	for _, step := range s {
		for i, c := range step.Commands {
			fmt.Fprintf(&b, "\n  %d> %s", step.Client, Show(c.Request(i)))
		}
	}
	return b.String()
}

// soonOver is how long keys live that are to expire in a scene: PX 2.
const soonOver = 2 * time.Millisecond

// PassesAfter is how long to wait after a command, until what it has set to expire soon
// has expired for certain.
const PassesAfter = 2 * soonOver

// IsBrief reports whether a request sets a key that is soon over.
func IsBrief(request []string) bool {
	n := len(request)
	return n > 2 && request[n-2] == "PX" && request[n-1] == "2"
}

var transactionKinds = []kind{
	{3, single(setNumber)},
	{4, single(incr)},
	{4, single(incrBy)},
	{2, single(encoding)},
	{4, single(selectDB)},
	{2, single(swapDB)},
	{4, single(move)},
	{4, single(plainSet)},
	{4, single(setWithOptions)},
	{4, single(expire)},
	{4, single(oneKey)},
	{3, single(manyKeys)},
	{1, single(keys)},
	{1, single(wrongCount)},
	{14, single(bare("MULTI", "MULTI", "MULTI", "EXEC", "EXEC", "EXEC", "EXEC", "DISCARD", "UNWATCH"))},
	{1, single(bare("RESET", "FLUSHDB", "FLUSHALL"))},
	{8, single(watchKeys)},
	{3, single(briefSet)},
}

// Scenes makes up to 25 steps of up to six commands of a client.
func Scenes() *rapid.Generator[Scene] {
	makers := byWeight(transactionKinds)
	command := rapid.Custom(func(t *rapid.T) Command { return pick(makers...).Draw(t, "kind")(t)[0] })
	step := rapid.Custom(func(t *rapid.T) Step {
		return Step{pick(0, 1, 2).Draw(t, "client"), rapid.SliceOfN(command, 1, 6).Draw(t, "commands")}
	})
	return rapid.Custom(func(t *rapid.T) Scene { return rapid.SliceOfN(step, 10, 25).Draw(t, "steps") })
}

// bare is a command without arguments, or rarely with one.
func bare(names ...string) func(*rapid.T) Command {
	return func(t *rapid.T) Command {
		c := text(cased(t, names...))
		if rapid.IntRange(0, 30).Draw(t, "argument") == 30 {
			c = append(c, Word{Text: "x"})
		}
		return c
	}
}

// encoding leaves OBJECT REFCOUNT out: inside of EXEC Redis counts the queue's reference, too.
func encoding(t *rapid.T) Command {
	return text(cased(t, "OBJECT"), cased(t, "ENCODING"), key.Draw(t, "key"))
}

func watchKeys(t *rapid.T) Command {
	return text(append([]string{cased(t, "WATCH")}, rapid.SliceOfN(key, 1, 3).Draw(t, "keys")...)...)
}

func briefSet(t *rapid.T) Command {
	return text(cased(t, "SET"), key.Draw(t, "key"), value.Draw(t, "value"), "PX", "2")
}

// Queue is what a client has queued. It is needed to compare what EXEC answers.
type Queue struct {
	requests [][]string
	Brief    bool // something was set that is soon over
}

// Same is Same for one of several replies of a client, in their order.
func (q *Queue) Same(request []string, a, b wire.Value) bool {
	name := strings.ToUpper(request[0])
	switch {
	case b.Kind == '+' && b.Text == "QUEUED":
		q.requests = append(q.requests, request)
		return reflect.DeepEqual(a, b)
	case name == "EXEC" && b.Kind == '*' && !b.Null:
		queued := q.requests
		q.requests = nil
		if len(a.Elems) != len(b.Elems) || len(b.Elems) != len(queued) {
			return false
		}
		for i, r := range queued {
			q.Brief = q.Brief || IsBrief(r)
			if !Same(r, a.Elems[i], b.Elems[i]) {
				return false
			}
		}
		return true
	case name == "EXEC", name == "DISCARD" && !b.IsError(), name == "RESET" && !b.IsError():
		q.requests = nil
	}
	q.Brief = q.Brief || IsBrief(request)
	return Same(request, a, b)
}
