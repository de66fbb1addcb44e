// ch08_clients.go: what a client can see of others, and do with them: CLIENT LIST, KILL, PAUSE,
// REPLY, UNBLOCK and their neighbours.

package cases

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// What else a step of a clientScene expects.
const (
	closes   = "closes"   // the connection ends, behind its last replies
	anything = "anything" // a reply, whatever it is
)

const (
	noSuchClient = "-ERR No such client\r\n"
	badClientID  = "-ERR client-id should be greater than 0\r\n"
	unblocked    = "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"
	pong         = "+PONG\r\n"
)

// clientScene is a scene whose clients know of each other. It is a waitingScene, in which #A is
// A's ID, &A its address and &server the one that it is connected to, and a request that begins
// with a slash is sent as it is, behind that:
//
//	clientScene("an address", "A> ", "", "B> CLIENT KILL &A", done, "A> ", closes)
//
// Whoever speaks later than it is spoken of comes in with an empty step.
func clientScene(name string, steps ...string) conformance.Case {
	return conformance.Case{Name: "clients: " + name, Own: true, Run: func(t *T) {
		s := &company{t: t, observer: t.Dial(), clients: map[string]*conformance.Conn{}, names: map[string]string{"&server": t.Addr()}}
		for i := 0; i+1 < len(steps); i += 2 {
			who, request, _ := strings.Cut(steps[i], "> ")
			s.step(who, request, steps[i+1])
		}
	}}
}

// company is who is in a scene that is being played.
type company struct {
	t        *T
	observer *conformance.Conn
	clients  map[string]*conformance.Conn
	names    map[string]string // what stands for what in requests
	waiting  int
}

func (s *company) step(who, request, want string) {
	c := s.clients[who]
	if c == nil {
		c = s.t.Dial()
		s.clients[who] = c
		f := clientFields(c)
		s.names["#"+who], s.names["&"+who] = f["id"], f["addr"]
	}
	sendAtOnce(c, request, func(line string) string {
		if raw, ok := strings.CutPrefix(line, "/"); ok {
			return raw + "\r\n"
		}
		return plain.cmd(s.fill(line))
	})
	if rest, ok := strings.CutSuffix(want, waits); ok {
		c.Expect(rest)
		s.waiting++
		awaitBlocked(s.t, s.observer, s.waiting)
		return
	}
	if want == still {
		require.Equal(s.t, strconv.Itoa(s.waiting), blockedClients(s.observer), request)
		return
	}
	if want == anything {
		require.False(s.t, c.Reply().IsError(), request)
		return
	}
	rest, ends := strings.CutSuffix(want, closes)
	if c.Expect(rest); ends {
		c.ExpectClosed()
	}
	n, _ := strconv.Atoi(blockedClients(s.observer))
	s.waiting = n
}

// fill puts IDs and addresses in the place of what stands for them.
func (s *company) fill(line string) string {
	words := strings.Fields(line)
	for i, word := range words {
		if name := s.names[word]; name != "" {
			words[i] = name
		}
	}
	return strings.Join(words, " ")
}

// clientFields are those that CLIENT INFO has of a connection.
func clientFields(c *conformance.Conn) map[string]string {
	return fieldsOf(c.Call("CLIENT", "INFO").Text)
}

func fieldsOf(line string) map[string]string {
	fields := map[string]string{}
	for _, field := range strings.Fields(line) {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	return fields
}

func clients() list {
	rows := list{
		clientScene("KILL of an address, as it was once", "A> ", "", "B> CLIENT KILL 1.2.3.4:5", noSuchClient, "B> CLIENT KILL &A", done, "A> ", closes, "B> CLIENT KILL &A", noSuchClient, "B> CLIENT KILL &B; PING", done+closes),
		clientScene("KILL of an ID", "A> ", "", "B> CLIENT KILL ID #A", one, "A> ", closes, "B> CLIENT KILL ID #A", zero, "B> CLIENT KILL ID #B", zero, "B> CLIENT KILL ID "+most, zero, "B> CLIENT KILL ID #B SKIPME no; PING", one+closes),
		clientScene("KILL takes the last of several IDs", "A> ", "", "B> ", "", "C> CLIENT KILL ID #A ID #B", one, "A> PING", pong, "B> ", closes),
		clientScene("KILL of all that are as every option says", "A> ", "", "B> ", "", "C> CLIENT KILL ADDR &A ID #B", zero, "C> CLIENT KILL ADDR &A LADDR &server TYPE normal USER default", one, "A> ", closes, "B> PING", pong),
		clientScene("KILL by where they are connected to spares the caller", "A> ", "", "B> ", "", "C> CLIENT KILL LADDR &server ID #B SKIPME yes", one, "B> ", closes, "C> CLIENT KILL LADDR 1.1.1.1:1", zero, "A> PING", pong),
		clientScene("KILL by type finds none of another", "A> ", "", "B> CLIENT KILL TYPE replica", zero, "B> CLIENT KILL TYPE SLAVE", zero, "B> CLIENT KILL TYPE master", zero, "B> CLIENT KILL TYPE pubsub", zero, "A> PING", pong),
		clientScene("KILL of one that waits", "A> BLPOP k 0", waits, "B> CLIENT KILL ID #A", one, "A> ", closes, "B> RPUSH k 1", one, "B> LLEN k", one),
		clientScene("KILL of oneself inside of EXEC: the rest runs, and nobody is told", "A> MULTI; CLIENT KILL ID #A SKIPME no; SET k v; EXEC; PING", done+queued+queued+"*2\r\n"+one+closes, "B> GET k", bulk("v")),
		clientScene("KILL of one whose requests came in the same turn", "A> ", "", "B> MULTI; CLIENT KILL ID #A; PING; EXEC", done+queued+queued+array(one, pong), "A> ", closes),
		clientScene("LIST of some", "A> ", "", "B> CLIENT LIST ID 0", bulk(""), "B> CLIENT LIST ID 12345 -1 6789", bulk(""), "B> CLIENT LIST TYPE replica", bulk(""), "B> CLIENT LIST TYPE slave", bulk(""), "B> CLIENT LIST TYPE master", bulk(""), "B> CLIENT LIST TYPE pubsub", bulk("")),
		clientScene("UNBLOCK as if the time were over", "A> BLPOP k 0", waits, "B> CLIENT UNBLOCK #A", one, "A> ", nullArray, "A> BLMOVE k l LEFT LEFT 0", waits, "B> CLIENT UNBLOCK #A TIMEOUT", one, "A> ", nullArray, "A> BZPOPMIN k 0; PING", waits, "B> CLIENT UNBLOCK #A timeout", one, "A> ", nullArray+pong),
		clientScene("UNBLOCK with an error", "A> BLPOP k 0; PING", waits, "B> CLIENT UNBLOCK #A error", one, "A> ", unblocked+pong, "B> CLIENT UNBLOCK #A ERROR", zero, "B> RPUSH k 1", one, "A> PING", pong),
		clientScene("UNBLOCK of one that does not wait", "A> ", "", "B> CLIENT UNBLOCK #A", zero, "B> CLIENT UNBLOCK 0", zero, "B> CLIENT UNBLOCK -1", zero, "B> CLIENT UNBLOCK 123456 ERROR", zero, "B> CLIENT UNBLOCK #B", zero),
		clientScene("UNBLOCK by a transaction", "A> BLPOP k 0", waits, "B> MULTI; CLIENT UNBLOCK #A; RPUSH k 1; EXEC", done+queued+queued+array(one, one), "A> ", nullArray, "B> LLEN k", one),

		clientScene("PAUSE WRITE puts writes off, and what is behind them", "A> CLIENT PAUSE 100000 WRITE", done, "B> GET k; SET k v; GET k; PING", nilBulk+waits, "A> GET k", nilBulk, "A> CLIENT UNPAUSE", done, "B> ", done+bulk("v")+pong),
		clientScene("PAUSE WRITE lets mistakes be told", "A> CLIENT PAUSE 100000 WRITE", done, "B> SET k; FOO; SET k v", wrongArity("set")+"-ERR unknown command 'FOO', with args beginning with: \r\n"+waits, "A> CLIENT UNPAUSE", done, "B> ", done),
		clientScene("PAUSE WRITE counts what may be told to replicas for a write", "A> CLIENT PAUSE 100000 WRITE", done, "B> PFCOUNT h", waits, "C> BLPOP k 0", waits, "D> FLUSHALL", waits, "A> CLIENT UNPAUSE", done, "B> ", zero, "D> ", done, "A> RPUSH k 1", one, "C> ", popped("k", "1")),
		clientScene("PAUSE WRITE and transactions: writes are not even queued", "A> CLIENT PAUSE 100000 WRITE", done, "B> MULTI; GET k; EXEC", done+queued+array(nilBulk), "B> MULTI; SET k v; EXEC", done+waits, "A> CLIENT UNPAUSE", done, "B> ", queued+array(done), "B> MULTI; SET k 2", done+queued, "A> CLIENT PAUSE 100000 WRITE", done, "B> EXEC", waits, "A> GET k", bulk("v"), "A> CLIENT UNPAUSE", done, "B> ", array(done), "A> GET k", bulk("2")),
		clientScene("PAUSE and an inline request, whose words are resolved already", "A> CLIENT PAUSE 100000 WRITE", done, `B> /SET "a key" "4\x20\""; GET k`, waits, "A> CLIENT UNPAUSE", done, "B> ", done+nilBulk, `B> /GET "a key"`, bulk(`4 "`)),
		{Name: "clients: PAUSE ALL puts off everything but mistakes, until it ends by itself", Own: true, Run: pausesAll},
		clientScene("after PAUSE they go on in the order of coming", "A> CLIENT PAUSE 100000 WRITE", done, "B> RPUSH k 1", waits, "C> RPUSH k 2", waits, "D> RPUSH k 3", waits, "A> CLIENT UNPAUSE", done, "B> ", one, "C> ", ":2\r\n", "D> ", ":3\r\n", "A> LRANGE k 0 -1", popped("1", "2", "3")),
		clientScene("PAUSE again makes it longer, and never shorter or milder", "A> CLIENT PAUSE 100000 WRITE", done, "A> CLIENT PAUSE 1 WRITE", done, "A> CLIENT PAUSE 0 WRITE", done, "B> SET k v", waits, "A> GET k", nilBulk, "A> CLIENT UNPAUSE", done, "B> ", done),
		clientScene("PAUSE for longer than time can tell is none", "A> CLIENT PAUSE "+most, done, "A> PING", pong),
		clientScene("PAUSE for no time is none", "A> CLIENT PAUSE 0", done, "A> SET k v", done),
		clientScene("a client that is put off can be killed", "A> CLIENT PAUSE 100000 WRITE", done, "B> SET k v", waits, "C> CLIENT KILL ID #B", one, "B> ", closes, "A> CLIENT UNPAUSE", done, "A> GET k", nilBulk),
		clientScene("PAUSE WRITE: what has expired is hidden, and stays", "A> DEBUG SET-ACTIVE-EXPIRE 0", done, "A> SET k v PX 1", done, "A> SET l v PX 1000000", done, "A> CLIENT PAUSE 100000 WRITE", done, "A> DEBUG SET-ACTIVE-EXPIRE 1", done, "A> DEBUG SLEEP 0.01", done, "A> GET k", nilBulk, "A> EXISTS k", zero, "A> DBSIZE", ":2\r\n", "A> RANDOMKEY", bulk("l"), "A> CLIENT UNPAUSE", done, "A> GET k", nilBulk, "A> DBSIZE", one),

		clientScene("REPLY OFF and ON", "A> CLIENT REPLY ON; PING; CLIENT REPLY OFF; PING; GET k; FOO; CLIENT REPLY FOO; CLIENT REPLY OFF; INFO; SET k v; CLIENT REPLY ON; GET k", done+pong+done+bulk("v")),
		clientScene("REPLY SKIP", "A> CLIENT REPLY SKIP; PING; PING; CLIENT REPLY SKIP; CLIENT REPLY SKIP; ECHO a; ECHO b", pong+bulk("b"), "A> CLIENT REPLY SKIP; FOO; PING", pong, "A> CLIENT REPLY SKIP; CLIENT REPLY ON; PING", done+pong, "A> CLIENT REPLY SKIP; CLIENT REPLY FOO; PING", pong, "A> CLIENT REPLY SKIP; CLIENT REPLY OFF; PING; CLIENT REPLY ON", done),
		clientScene("REPLY inside of a transaction", "A> MULTI; ECHO a; CLIENT REPLY OFF; ECHO b; CLIENT REPLY ON; ECHO c; EXEC", done+strings.Repeat(queued, 5)+"*5\r\n"+bulk("a")+done+bulk("c"), "A> MULTI; ECHO a; CLIENT REPLY OFF; ECHO b; EXEC; PING; CLIENT REPLY ON", done+strings.Repeat(queued, 3)+"*3\r\n"+bulk("a")+done, "A> MULTI; ECHO a; CLIENT REPLY SKIP; ECHO b; EXEC; PING; ECHO c", done+strings.Repeat(queued, 3)+"*3\r\n"+bulk("a")+bulk("b")+bulk("c")),
		clientScene("REPLY OFF and one that waits", "A> CLIENT REPLY OFF; BLPOP k 0; CLIENT REPLY ON", waits, "B> RPUSH k 1", one, "A> ", done, "B> EXISTS k", zero, "A> CLIENT REPLY SKIP; BLPOP k 0; PING", waits, "B> RPUSH k 1", one, "A> ", pong, "A> CLIENT REPLY SKIP; BLPOP k 0; PING", waits, "B> CLIENT UNBLOCK #A", one, "A> ", pong),
		clientScene("REPLY OFF, and messages come all the same", "A> CLIENT REPLY OFF; SUBSCRIBE ch; PING; PUBLISH ch a", array(bulk("subscribe"), bulk("ch"), one), "B> PUBLISH ch b", one, "A> ", popped("message", "ch", "b")),
		clientScene("KILL by type finds who listens", "A> SUBSCRIBE ch", array(bulk("subscribe"), bulk("ch"), one), "C> ", "", "B> CLIENT KILL TYPE PubSub", one, "A> ", closes, "B> PUBLISH ch a", zero, "C> PING", pong),
		clientScene("PAUSE WRITE puts PUBLISH off", "A> SUBSCRIBE ch", array(bulk("subscribe"), bulk("ch"), one), "B> CLIENT PAUSE 100000 WRITE", done, "C> PUBLISH ch a", waits, "B> CLIENT UNPAUSE", done, "C> ", one, "A> ", popped("message", "ch", "a")),
		clientScene("REPLY OFF ends with RESET", "A> CLIENT REPLY OFF; PING; RESET; PING", "+RESET\r\n"+pong),
		clientScene("NO-EVICT shows among the flags", "A> CLIENT NO-EVICT on; CLIENT NO-EVICT OFF; CLIENT NO-EVICT On", done+done+done),
		{Name: "clients: INFO counts who waits, and who waits for a time only", Own: true, Run: countsBlocked},
		{Name: "clients: INFO and LIST have Redis' fields", Own: true, Run: describesClients},
		{Name: "clients: LIST has all, in the order of coming", Own: true, Run: listsClients},
		{Name: "clients: memory of a transaction, and of replies, is told", Own: true, Run: tellsMemory},
	}
	for i := range rows {
		if strings.Contains(rows[i].Name, "hidden, and stays") {
			rows[i].Args = []string{"--enable-debug-command", "yes"}
		}
	}
	for _, tc := range []struct{ request, want string }{
		{"CLIENT KILL", wrongArity("client|kill")},
		{"CLIENT KILL a b c", syntax},
		{"CLIENT KILL ID 1 2", syntax},
		{"CLIENT KILL FOO bar", syntax},
		{"CLIENT KILL ID", noSuchClient},
		{"CLIENT KILL ID 0", badClientID},
		{"CLIENT KILL ID -1", badClientID},
		{"CLIENT KILL ID a", badClientID},
		{"CLIENT KILL ID 99999999999999999999", badClientID},
		{"CLIENT KILL TYPE foo", "-ERR Unknown client type 'foo'\r\n"},
		{"CLIENT KILL USER nobody", "-ERR No such user 'nobody'\r\n"},
		{"CLIENT KILL SKIPME maybe", syntax},
		{"CLIENT LIST FOO bar", syntax},
		{"CLIENT LIST TYPE", syntax},
		{"CLIENT LIST TYPE foo", "-ERR Unknown client type 'foo'\r\n"},
		{"CLIENT LIST TYPE normal ID 1", syntax},
		{"CLIENT LIST ID", syntax},
		{"CLIENT LIST ID 1 a", "-ERR Invalid client ID\r\n"},
		{"CLIENT INFO x", wrongArity("client|info")},
		{"CLIENT NO-EVICT", wrongArity("client|no-evict")},
		{"CLIENT NO-EVICT foo", syntax},
		{"CLIENT REPLY", wrongArity("client|reply")},
		{"CLIENT REPLY FOO", syntax},
		{"CLIENT PAUSE", wrongArity("client|pause")},
		{"CLIENT PAUSE a", "-ERR timeout is not an integer or out of range\r\n"},
		{"CLIENT PAUSE 99999999999999999999", "-ERR timeout is not an integer or out of range\r\n"},
		{"CLIENT PAUSE -1", "-ERR timeout is negative\r\n"},
		{"CLIENT PAUSE a FOO", "-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n"},
		{"CLIENT PAUSE 1 WRITE x", "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.\r\n"},
		{"CLIENT UNPAUSE x", wrongArity("client|unpause")},
		{"CLIENT UNBLOCK", wrongArity("client|unblock")},
		{"CLIENT UNBLOCK a", noInteger},
		{"CLIENT UNBLOCK a FOO", "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n"},
		{"client unblock 1 TIMEOUT x", "-ERR unknown subcommand or wrong number of arguments for 'unblock'. Try CLIENT HELP.\r\n"},
	} {
		rows = append(rows, conformance.Case{Name: "clients, refused: " + tc.request, Run: dialogue(tc.request, tc.want, "PING", pong)})
	}
	return in(8, "Many clients", rows)
}

// pausesAll expects that requests are answered no sooner than the pause ends, but for wrong
// ones. No other client can be asked what happens meanwhile.
func pausesAll(t *T) {
	const ms = 200
	a, b, c := t.Dial(), t.Dial(), t.Dial()
	speak(b, plain, "PING", pong)
	speak(c, plain, "PING", pong)
	began := time.Now()
	a.Exchange(plain.cmd("CLIENT PAUSE "+strconv.Itoa(ms)+" ALL")+plain.cmd("PING"), done+pong)
	require.GreaterOrEqual(t, time.Since(began), ms*time.Millisecond)
	began = time.Now()
	a.Exchange(plain.cmd("CLIENT PAUSE "+strconv.Itoa(ms)), done)
	b.Send(plain.cmd("FOO") + plain.cmd("GET") + plain.cmd("MULTI") + plain.cmd("SET k v") + plain.cmd("EXEC"))
	c.Send(plain.cmd("CLIENT UNPAUSE")) // which is put off, too
	b.Expect("-ERR unknown command 'FOO', with args beginning with: \r\n" + wrongArity("get") + done + queued + array(done))
	c.Expect(done)
	require.GreaterOrEqual(t, time.Since(began), ms*time.Millisecond)
}

func countsBlocked(t *T) {
	c := t.Dial()
	expect := func(blocked, timed string) {
		t.Until("as many wait as should", func() bool {
			f := askFigures(c, "clients")
			return f["blocked_clients"]+" "+f["clients_in_timeout_table"] == blocked+" "+timed
		})
	}
	expect("0", "0")
	waits := func(request string) { t.Dial().Send(plain.cmd(request)) }
	waits("BLPOP k 0")
	expect("1", "0")
	waits("BLPOP k 1000")
	expect("2", "1")
	speak(c, plain, "CLIENT PAUSE 100000 WRITE", done)
	waits("SET a 1")
	expect("3", "1")
	speak(c, plain, "CLIENT UNPAUSE", done, "RPUSH k 1 2", ":2\r\n")
	expect("0", "0")
}

// clientLine is what CLIENT INFO says, field by field in Redis' order.
var clientLine = regexp.MustCompile(`^id=\d+ addr=[^ ]+:\d+ laddr=[^ ]+:\d+ fd=\d+ name=[^ ]* age=\d+ idle=\d+ flags=[a-zA-Z]+ db=\d+ sub=\d+ psub=\d+ ssub=\d+ ` +
	`multi=-?\d+ qbuf=\d+ qbuf-free=\d+ argv-mem=\d+ multi-mem=\d+ rbs=\d+ rbp=\d+ obl=\d+ oll=\d+ omem=\d+ tot-mem=\d+ events=rw? cmd=[a-zA-Z|-]+ user=[^ ]+ redir=-1 resp=2\n$`)

// describesClients expects of the fields what a client has done.
func describesClients(t *T) {
	a, b := t.Dial(), t.Dial()
	line := a.Call("CLIENT", "INFO").Text
	require.Regexp(t, clientLine, line)
	expect := func(f map[string]string, pairs ...string) {
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			require.Equal(t, value, f[name], name)
		}
	}
	f := fieldsOf(line)
	expect(f, "laddr="+t.Addr(), "name=", "flags=N", "db=0", "sub=0", "psub=0", "ssub=0", "multi=-1", "qbuf=26", "argv-mem=10", "multi-mem=0", "obl=0", "oll=0", "omem=0", "events=r", "cmd=client|info", "user=default", "redir=-1")
	of := func() map[string]string { return fieldsOf(b.Call("CLIENT", "LIST", "ID", f["id"]).Text) }
	speak(a, plain, "CLIENT SETNAME me", done, "SELECT 3", done, "CLIENT NO-EVICT on", done)
	expect(of(), "id="+f["id"], "addr="+f["addr"], "name=me", "flags=e", "db=3", "qbuf=0", "argv-mem=0", "cmd=client|no-evict")
	speak(a, plain, "CLIENT NO-EVICT off", done, "WATCH k", done, "MULTI", done, "GET k", queued)
	expect(of(), "flags=x", "multi=1", "cmd=get")
	speak(b, plain, "SELECT 3", done, "SET k v", done)
	expect(of(), "flags=xd")
	speak(a, plain, "FOO", "-ERR unknown command 'FOO', with args beginning with: \r\n")
	expect(of(), "cmd=NULL")
	speak(a, plain, "DISCARD", done, "MULTI", done, "CLIENT INFO", queued, "PING", queued)
	expect(fieldsOf(a.Call("EXEC").Elems[0].Text), "flags=x", "multi=2", "cmd=exec")
	a.Send(plain.cmd("BLPOP 1 key 2 0"))
	awaitBlocked(t, b, 1)
	expect(of(), "flags=b", "cmd=blpop", "argv-mem=11")
	s := t.Dial()
	f = clientFields(s)
	s.Send(plain.cmd("SUBSCRIBE a b") + plain.cmd("PSUBSCRIBE c*"))
	t.Until("it listens", func() bool { return of()["psub"] == "1" })
	expect(of(), "flags=P", "sub=2", "psub=1", "ssub=0", "cmd=psubscribe")
	require.Equal(t, of()["id"], fieldsOf(b.Call("CLIENT", "LIST", "TYPE", "pubsub").Text)["id"])
	for range 3 {
		require.Len(t, s.Reply().Elems, 3)
	}
}

func listsClients(t *T) {
	var all []*conformance.Conn
	var ids []string
	for range 5 {
		c := t.Dial()
		all, ids = append(all, c), append(ids, clientFields(c)["id"])
	}
	listed := func(args ...string) (ids []string) {
		for _, line := range strings.Split(strings.TrimSpace(all[4].Call(append([]string{"CLIENT", "LIST"}, args...)...).Text), "\n") {
			require.Regexp(t, clientLine, line+"\n")
			ids = append(ids, fieldsOf(line)["id"])
		}
		return ids
	}
	own := listed()
	require.Equal(t, ids, own[len(own)-5:])
	speak(all[4], plain, "CLIENT KILL ID "+ids[1], one)
	all[1].ExpectClosed()
	left := []string{ids[0], ids[2], ids[3], ids[4]}
	own = listed("TYPE", "normal")
	require.Equal(t, left, own[len(own)-4:])
	require.Equal(t, []string{ids[3], ids[0], ids[3]}, listed("ID", ids[3], ids[1], ids[0], ids[3]))
}

// tellsMemory expects that what a client takes is in its fields.
func tellsMemory(t *T) {
	a, b := t.Dial(), t.Dial()
	id := clientFields(a)["id"]
	of := func(field string) int {
		n, err := strconv.Atoi(fieldsOf(b.Call("CLIENT", "LIST", "ID", id).Text)[field])
		require.NoError(t, err)
		return n
	}
	idle := of("tot-mem")
	require.Positive(t, idle)
	a.Exchange(plain.cmd("MULTI")+cmd("SET", "k", strings.Repeat("x", 100000)), done+queued)
	require.Greater(t, of("multi-mem"), 100000)
	require.Greater(t, of("tot-mem"), idle+100000-20000) // what Redis keeps ready for a client that is idle may shrink
	a.Exchange(plain.cmd("DISCARD"), done)
	require.Zero(t, of("multi-mem"))
	a.Send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n" + strings.Repeat("x", 100000))
	t.Until("half a request is there", func() bool { return of("qbuf")+of("argv-mem") > 100000 })
	a.Exchange(strings.Repeat("x", 100000)+"\r\n", done)
	a.SlowReader()
	for range 200 {
		a.Send(plain.cmd("GET k"))
	}
	t.Until("replies wait for it", func() bool { return of("omem")+of("obl") > 1000000 && of("oll") > 0 })
	require.Greater(t, of("tot-mem"), 1000000)
	for range 200 {
		a.Expect(bulk(strings.Repeat("x", 200000)))
	}
	t.Until("all are sent", func() bool { return of("omem") == 0 })
}
