// ch08_blocking.go: clients that wait for an element: who is served, with what, and when.

package cases

import (
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// What a step of a waiting scene expects, besides a reply's bytes.
const (
	waits = "waits" // the client has no reply, and INFO counts it among those that wait
	still = "still" // as many wait as before
)

const (
	badTimeout      = "-ERR timeout is not a float or out of range\r\n"
	negativeTimeout = "-ERR timeout is negative\r\n"
	countTooSmall   = "-ERR count should be greater than 0\r\n"
)

// waitingScene is a scene in which clients wait. A step without a request expects what comes
// for one that was sent before:
//
//	waitingScene("A> BLPOP k 0", waits, "B> RPUSH k 1", one, "A> ", array(bulk("k"), bulk("1")))
//
// The server is the case's own, since who waits is counted. In the end nobody may wait.
func waitingScene(name string, steps ...string) conformance.Case {
	return conformance.Case{Name: "waiting: " + name, Own: true, Run: func(t *T) {
		observer, clients, count := t.Dial(), map[string]*conformance.Conn{}, 0
		waiting := map[string]bool{}
		for i := 0; i+1 < len(steps); i += 2 {
			who, request, _ := strings.Cut(steps[i], "> ")
			if clients[who] == nil {
				clients[who] = t.Dial()
			}
			c, want := clients[who], steps[i+1]
			if request == "leaves" {
				c.Close()
				delete(clients, who)
				count--
				awaitBlocked(t, observer, count)
				continue
			}
			sendAtOnce(c, request, plain.cmd)
			switch want {
			case waits:
				count++
				waiting[who] = true
				awaitBlocked(t, observer, count)
			case still:
				require.Equal(t, strconv.Itoa(count), blockedClients(observer), steps[i])
			default:
				c.Expect(want)
				if waiting[who] && request == "" {
					count--
					delete(waiting, who)
				}
			}
		}
		awaitBlocked(t, observer, count)
		require.Zero(t, count, "some wait in the end")
	}}
}

func awaitBlocked(t *T, c *conformance.Conn, n int) {
	t.Until("as many wait as should", func() bool { return blockedClients(c) == strconv.Itoa(n) })
}

func blockedClients(c *conformance.Conn) string { return askFigures(c, "clients")["blocked_clients"] }

// popped is a reply of BLPOP, or of BZPOPMIN with a score.
func popped(words ...string) string {
	var all []string
	for _, w := range words {
		all = append(all, bulk(w))
	}
	return array(all...)
}

func blocking() list {
	rows := list{
		waitingScene("BLPOP waits for an element", "A> BLPOP k 0", waits, "B> RPUSH k 1 2", ":2\r\n", "A> ", popped("k", "1"), "B> LRANGE k 0 -1", popped("2"), "A> BLPOP k 0", popped("k", "2"), "B> EXISTS k", zero),
		waitingScene("BRPOP waits for the last one", "A> BRPOP k 0", waits, "B> RPUSH k 1 2", ":2\r\n", "A> ", popped("k", "2"), "B> LRANGE k 0 -1", popped("1")),
		waitingScene("who has waited longest is served first", "A> BLPOP k 0", waits, "B> BRPOP k 0", waits, "C> BLPOP k 0", waits, "X> RPUSH k 1 2", ":2\r\n", "A> ", popped("k", "1"), "B> ", popped("k", "2"), "C> ", still, "X> LPUSH k 3", one, "C> ", popped("k", "3")),
		waitingScene("of several keys the one that is ready first", "A> BLPOP a b c 0", waits, "X> MULTI; RPUSH c 3; RPUSH a 1; EXEC", done+queued+queued+array(one, one), "A> ", popped("c", "3"), "X> LRANGE a 0 -1", popped("1"), "A> BLPOP c a 0", popped("a", "1")),
		waitingScene("a key that is named twice is one", "A> BLPOP k k 0", waits, "X> RPUSH k 1 2", ":2\r\n", "A> ", popped("k", "1"), "X> LLEN k", one),
		waitingScene("nobody is served inside of a transaction", "A> BLPOP k 0", waits, "X> MULTI; RPUSH k 1; DEL k; EXEC", done+queued+queued+array(one, one), "A> ", still, "X> MULTI; RPUSH k 1; LPUSH k 0; EXEC", done+queued+queued+array(one, ":2\r\n"), "A> ", popped("k", "0")),
		waitingScene("a key of another type serves nobody who waits for a list", "A> BLPOP k 0", waits, "B> BZPOPMIN k 0", waits, "X> SET k x", done, "A> ", still, "X> DEL k", one, "X> SADD k x", one, "A> ", still, "X> DEL k", one, "X> ZADD k 1 m", one, "B> ", popped("k", "m", "1"), "A> ", still, "X> RPUSH k 7", one, "A> ", popped("k", "7")),
		waitingScene("a key of another type is refused at first, and only if it comes to it", "X> SET s x; RPUSH l 1", done+one, "A> BLPOP s 0", wrongType, "A> BLPOP l s 0", popped("l", "1"), "A> BLPOP l s 0", wrongType, "A> BZPOPMIN s 0", wrongType, "A> BLMOVE s l LEFT LEFT 0", wrongType),
		waitingScene("a client that left gets nothing", "A> BLPOP k 0", waits, "B> BLPOP k 0", waits, "A> leaves", still, "X> RPUSH k 1", one, "B> ", popped("k", "1")),
		waitingScene("requests behind one that waits wait, too", "A> BLPOP k 0; SET a 1; BLPOP k 0; GET a", waits, "X> GET a", nilBulk, "X> RPUSH k 1", one, "A> ", popped("k", "1")+done, "X> GET a", bulk("1"), "X> RPUSH k 2", one, "A> ", popped("k", "2")+bulk("1")),
		waitingScene("BLMOVE waits for its source", "A> BLMOVE s d LEFT RIGHT 0", waits, "X> RPUSH d 0; RPUSH s 1 2", one+":2\r\n", "A> ", bulk("1"), "X> LRANGE d 0 -1", popped("0", "1"), "X> LRANGE s 0 -1", popped("2")),
		waitingScene("BRPOPLPUSH waits for its source", "A> BRPOPLPUSH s d 0", waits, "X> RPUSH s 1 2", ":2\r\n", "A> ", bulk("2"), "X> LRANGE d 0 -1", popped("2"), "A> BRPOPLPUSH s d 0", bulk("1"), "X> LRANGE d 0 -1", popped("1", "2")),
		waitingScene("BLMOVE serves who waits for its destination", "A> BLMOVE a b LEFT LEFT 0", waits, "B> BLMOVE b c LEFT LEFT 0", waits, "C> BLPOP c 0", waits, "X> RPUSH a 7", one, "A> ", bulk("7"), "B> ", bulk("7"), "C> ", popped("c", "7"), "X> EXISTS a b c", zero),
		waitingScene("BLMOVE to its own source turns it", "A> BLMOVE k k LEFT RIGHT 0", waits, "B> BLPOP k 0", waits, "X> RPUSH k 1 2", ":2\r\n", "A> ", bulk("1"), "B> ", popped("k", "2"), "X> LRANGE k 0 -1", popped("1")),
		waitingScene("BLMOVE whose destination became another type loses nothing, and the next is served", "A> BLMOVE k d LEFT LEFT 0", waits, "B> BLPOP k 0", waits, "X> SET d x", done, "X> RPUSH k 1", one, "A> ", wrongType, "B> ", popped("k", "1")),
		waitingScene("BLMPOP waits, and takes up to its count", "A> BLMPOP 0 2 a k LEFT COUNT 2", waits, "B> BLMPOP 0 1 k RIGHT COUNT 10", waits, "X> RPUSH k 1 2 3 4", ":4\r\n", "A> ", array(bulk("k"), popped("1", "2")), "B> ", array(bulk("k"), popped("4", "3")), "X> EXISTS k", zero),
		waitingScene("BZPOPMIN and BZPOPMAX wait in the order of coming", "A> BZPOPMAX k 0", waits, "B> BZPOPMIN z k 0", waits, "X> ZADD k 1 a 2 b 3 c", ":3\r\n", "A> ", popped("k", "c", "3"), "B> ", popped("k", "a", "1"), "X> ZCARD k", one),
		waitingScene("BZMPOP waits, and takes up to its count", "A> BZMPOP 0 2 a k MIN COUNT 2", waits, "B> BZMPOP 0 1 k MAX", waits, "X> ZADD k 1 a 2 b 3 c", ":3\r\n", "A> ", array(bulk("k"), array(popped("a", "1"), popped("b", "2"))), "B> ", array(bulk("k"), array(popped("c", "3"))), "X> EXISTS k", zero),
		waitingScene("RENAME, COPY and MOVE make keys ready", "A> BLPOP k 0", waits, "X> RPUSH l 1 2", ":2\r\n", "X> RENAME l k", done, "A> ", popped("k", "1"), "A> BLPOP l 0", waits, "X> COPY k l", one, "A> ", popped("l", "2"), "B> SELECT 1", done, "B> BLPOP k 0", waits, "X> MOVE k 1", one, "B> ", popped("k", "2")),
		waitingScene("SWAPDB makes keys ready", "A> BLPOP k 0", waits, "X> SELECT 1; RPUSH k 1", done+one, "A> ", still, "X> SWAPDB 0 1", done, "A> ", popped("k", "1"), "X> EXISTS k", zero),
		waitingScene("a STORE makes a key ready where there was none", "A> BLPOP k 0", waits, "B> BZPOPMIN z 0", waits, "X> RPUSH l 2 1; SORT l STORE k", ":2\r\n:2\r\n", "A> ", popped("k", "1"), "X> ZADD y 5 m; ZUNIONSTORE z 1 y", one+one, "B> ", popped("z", "m", "5")),
		waitingScene("a STORE over another value serves nobody", "A> BLPOP k 0", waits, "X> SET k x; RPUSH l 2 1; SORT l STORE k", done+":2\r\n:2\r\n", "A> ", still, "X> RPUSH k 3", ":3\r\n", "A> ", still, "X> DEL k", one, "X> RPUSH k 4", one, "A> ", popped("k", "4")),
		waitingScene("a watched key that serves somebody has changed", "A> BLPOP k 0", waits, "W> WATCH k", done, "X> RPUSH k 1", one, "A> ", popped("k", "1"), "W> MULTI; PING; EXEC", done+queued+nullArray),
		waitingScene("who waits for too long gets null", "A> BLPOP k 0.01", nullArray, "A> BLMOVE k d LEFT LEFT 0.01", nullArray, "A> BRPOPLPUSH k d 1e-2", nullArray, "A> BLMPOP 0.01 1 k LEFT", nullArray, "A> BZPOPMIN k j 0.0001", nullArray, "A> BZMPOP 0.01 1 k MAX", nullArray, "A> BLPOP k 0.01; PING", nullArray+"+PONG\r\n", "X> RPUSH k 1; LLEN k", one+one),
		waitingScene("each waits for its own time", "A> BLPOP k 1000000", waits, "B> BLPOP k 0.02", nullArray, "X> RPUSH k 1", one, "A> ", popped("k", "1")),
		waitingScene("inside of a transaction nothing waits", "A> MULTI; BLPOP k 0; BLMOVE k d LEFT LEFT 0; BRPOPLPUSH k d 0; BLMPOP 0 1 k LEFT; BZPOPMIN k 0; BZPOPMAX k 0; BZMPOP 0 1 k MIN; EXEC", done+strings.Repeat(queued, 7)+array(nullArray, nilBulk, nilBulk, nullArray, nullArray, nullArray, nullArray), "A> ", still),
		{Name: "waiting: it is one call, and its error is one", Own: true, Run: countsWaiting},
		{Name: "waiting: the log has what was taken of BLPOP and its like", Timeout: time.Minute, Run: logsServed},
	}
	for _, tc := range []struct{ request, want string }{
		{"BLPOP @k x", badTimeout},
		{"BLPOP @k nan", badTimeout},
		{"BRPOP @k 1s", badTimeout},
		{"BLPOP @k -1", negativeTimeout},
		{"BLPOP @k -inf", negativeTimeout},
		{"BLPOP @k inf", negativeTimeout},
		{"BLPOP @k 1e300", negativeTimeout},
		{"BLPOP @k", wrongArity("blpop")},
		{"BRPOP", wrongArity("brpop")},
		{"BLMOVE a b LEFT LEFT", wrongArity("blmove")},
		{"BRPOPLPUSH a b", wrongArity("brpoplpush")},
		{"BRPOPLPUSH a b 1 2", wrongArity("brpoplpush")},
		{"BLMPOP 0 1 k", wrongArity("blmpop")},
		{"BZPOPMIN 0", wrongArity("bzpopmin")},
		{"BZMPOP 0 1 k", wrongArity("bzmpop")},
		{"BLMOVE @a @b LEFT FOO x", syntax},
		{"BLMOVE @a @b FOO LEFT x", syntax},
		{"BLMOVE @a @b LEFT RIGHT x", badTimeout},
		{"BRPOPLPUSH @a @b x", badTimeout},
		{"BRPOPLPUSH @a @b -0.1", negativeTimeout},
		{"BLMPOP x 0 @a LEFT", badNumkeys},
		{"BLMPOP x 1 @a FOO", syntax},
		{"BLMPOP x 1 @a LEFT COUNT 0", countTooSmall},
		{"BLMPOP x 1 @a LEFT", badTimeout},
		{"BLMPOP -1 1 @a LEFT", negativeTimeout},
		{"BLMPOP 0 2 @a LEFT", syntax},
		{"BLMPOP 0 1 @a LEFT COUNT 1 COUNT 1", syntax},
		{"BLMPOP 0 1 @a LEFT COUNT", syntax},
		{"BZPOPMIN @k x", badTimeout},
		{"BZPOPMAX @k -1", negativeTimeout},
		{"BZMPOP x 0 @a MIN", badNumkeys},
		{"BZMPOP x 1 @a LEFT", syntax},
		{"BZMPOP x 1 @a MIN COUNT -1", countTooSmall},
		{"BZMPOP x 1 @a MIN", badTimeout},
		{"BZMPOP 0 2 @a MIN", syntax},
	} {
		rows = append(rows, conformance.Case{Name: "waiting, refused: " + strings.ReplaceAll(tc.request, "@", ""), Run: dialogue(tc.request, tc.want, "EXISTS @k @a @b", zero)})
	}
	return in(8, lesson8Lists, rows)
}

// countsWaiting expects that a command counts when it begins to wait, and what it answers when
// it is served.
func countsWaiting(t *T) {
	a, x := t.Dial(), t.Dial()
	speak(x, plain, "CONFIG RESETSTAT", done)
	a.Send(plain.cmd("BLMOVE k d LEFT LEFT 0"))
	awaitBlocked(t, x, 1)
	counts := func() (calls, failed string) {
		f := askFigures(x, "commandstats")["cmdstat_blmove"]
		calls, _, _ = strings.Cut(f, ",")
		return calls, f[strings.LastIndex(f, ",")+1:]
	}
	calls, failed := counts()
	require.Equal(t, "calls=1 failed_calls=0", calls+" "+failed)
	speak(x, plain, "SET d x", done, "RPUSH k 1", one)
	a.Expect(wrongType)
	calls, failed = counts()
	require.Equal(t, "calls=1 failed_calls=1", calls+" "+failed)
}

// logsServed expects that the log has each change in the order in which it came about, with
// the command that does it without waiting.
func logsServed(t *T) {
	d := newDisk(t)
	s, c := d.start()
	waiter := func(request string) *conformance.Conn {
		w := t.DialAddr(s.Addr)
		w.Send(plain.cmd(request))
		awaitBlocked(t, c, 1)
		return w
	}
	for _, step := range []struct{ waits, push, reply string }{
		{"BLPOP k 0", "RPUSH k 1 2", popped("k", "1")},
		{"BRPOP l 0", "RPUSH l 1 2", popped("l", "2")},
		{"BLMOVE a b LEFT RIGHT 0", "RPUSH a 1", bulk("1")},
		{"BRPOPLPUSH c d 0", "RPUSH c 1", bulk("1")},
		{"BLMPOP 0 1 m LEFT COUNT 5", "RPUSH m 1 2", array(bulk("m"), popped("1", "2"))},
		{"BZPOPMAX z 0", "ZADD z 1 a", popped("z", "a", "1")},
		{"BZMPOP 0 1 y MIN COUNT 5", "ZADD y 1 a", array(bulk("y"), array(popped("a", "1")))},
	} {
		w := waiter(step.waits)
		require.False(t, c.Call(strings.Fields(step.push)...).IsError())
		w.Expect(step.reply)
	}
	require.Equal(t, strings.ToUpper("RPUSH k 1 2; LPOP k; RPUSH l 1 2; RPOP l; RPUSH a 1; LMOVE a b LEFT RIGHT; RPUSH c 1; RPOPLPUSH c d; RPUSH m 1 2; LPOP m 2; ZADD z 1 a; ZPOPMAX z; ZADD y 1 a; ZPOPMIN y 1"),
		strings.ToUpper(strings.Join(records(t, d.read(incr1)), "; ")))
}
