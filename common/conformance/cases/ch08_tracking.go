// ch08_tracking.go: clients that cache, and are told when what they have read has changed.

package cases

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// stale is a push that tells of keys, and staleMessages are messages, one of each key, to who
// listens in RESP2.
func stale(keys string) string { return ">2\r\n" + bulk("invalidate") + bulks(keys) }

func staleMessages(keys ...string) (all string) {
	for _, k := range keys {
		all += staleMessage(bulks(k))
	}
	return all
}

func staleMessage(value string) string {
	return "*3\r\n" + bulk("message") + bulk("__redis__:invalidate") + value
}

const (
	allStale = ">2\r\n$10\r\ninvalidate\r\n_\r\n"
	listens  = "*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n"
)

// What CLIENT TRACKING refuses.
const (
	cachingElsewhere = "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled\r\n"
	cachingYes       = "-ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.\r\n"
	cachingNo        = "-ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.\r\n"
	switchBcast      = "-ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.\r\n"
	switchOpt        = "-ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.\r\n"
	bcastAndOpt      = "-ERR OPTIN and OPTOUT are not compatible with BCAST\r\n"
	bothOpts         = "-ERR You can't specify both OPTIN mode and OPTOUT mode\r\n"
	prefixAlone      = "-ERR PREFIX option requires BCAST mode to be enabled\r\n"
	noSuchRedirect   = "-ERR The client ID you want redirect to does not exist\r\n"
	oneRedirect      = "-ERR A client can only redirect to a single other client\r\n"
)

// trackingScene is a clientScene whose A speaks RESP3 and has said CLIENT TRACKING with options.
func trackingScene(name, options string, steps ...string) conformance.Case {
	steps = append([]string{"A> HELLO 3", anything, "A> CLIENT TRACKING " + options, done}, steps...)
	c := clientScene(name, steps...)
	c.Name = "tracking: " + name
	return c
}

// trackingInfo is what CLIENT TRACKINGINFO answers in RESP2.
func trackingInfo(flags, redirect, prefixes string) string {
	return array(bulk("flags"), bulks(flags), bulk("redirect"), ":"+redirect+"\r\n", bulk("prefixes"), bulks(prefixes))
}

func existing(p, old string) string {
	return "-ERR Prefix '" + p + "' overlaps with an existing prefix '" + old + "'. Prefixes for a single client must not overlap.\r\n"
}

func provided(p, other string) string {
	return "-ERR Prefix '" + p + "' overlaps with another provided prefix '" + other + "'. Prefixes for a single client must not overlap.\r\n"
}

func tracking() list {
	rows := list{
		trackingScene("a key that was read and changes is told of once", "on", "A> GET a", null3, "B> SET a 1", done, "A> PING", stale("a")+pong, "B> SET a 2", done, "A> PING", pong, "A> GET a", bulk("2"), "B> DEL a", one, "A> PING", stale("a")+pong),
		trackingScene("each of several keys is told of on its own", "on", "A> MGET a b c", "*3\r\n"+null3+null3+null3, "B> MSET a 1 b 2 d 4", done, "A> PING", stale("a")+stale("b")+pong),
		trackingScene("what does not change is not told of", "on", "A> MGET a b", "*2\r\n"+null3+null3, "B> DEL a", zero, "B> SET a 1 XX", nilBulk, "B> GET a", nilBulk, "B> EXPIRE a 100", zero, "B> MULTI; SET a 1; DISCARD", done+queued+done, "A> PING", pong),
		trackingScene("one's own change is told of behind the reply", "on", "A> GET a; SET a 1; GET a; PING", null3+done+stale("a")+bulk("1")+pong),
		trackingScene("one's own change in a transaction is told of behind EXEC", "on", "A> MULTI; GET a; SET a 7; GET a; SET b 3; EXEC; PING", done+strings.Repeat(queued, 4)+"*4\r\n"+null3+done+bulk("7")+done+stale("a")+pong, "B> SET a 1", done, "A> PING", stale("a")+pong),
		trackingScene("NOLOOP: one's own changes are not told of, and the key is forgotten", "on NOLOOP", "A> GET a; SET a 1", null3+done, "B> SET a 2", done, "A> PING", pong, "A> GET a", bulk("2"), "B> SET a 3", done, "A> PING", stale("a")+pong),
		trackingScene("a key is its name, whatever the database", "on", "A> GET a", null3, "B> SELECT 3", done, "B> SET a 1", done, "A> PING", stale("a")+pong),
		trackingScene("FLUSHALL and FLUSHDB tell of everything", "on", "A> GET a", null3, "B> FLUSHALL", done, "A> PING", allStale+pong, "B> SELECT 2", done, "B> FLUSHDB ASYNC", done, "A> PING", allStale+pong, "A> FLUSHDB; PING", done+allStale+pong, "A> MULTI; FLUSHALL; PING; EXEC", done+queued+queued+array(done, pong)+allStale, "B> SET a 1", done, "A> PING", pong),
		trackingScene("SWAPDB tells of nothing", "on", "A> GET a", null3, "B> SELECT 1; SET b 1; SWAPDB 0 1", done+done+done, "A> PING", pong),
		trackingScene("all commands that read are remembered, by their keys", "on", "A> SINTERCARD 2 s1 s2; ZUNION 2 z1 z2; LCS l1 l2; TOUCH t1; EXISTS e1 e2; OBJECT ENCODING o; MEMORY USAGE m; SORT_RO l BY w_* GET v_*; PFCOUNT p; HGETALL h; GEOPOS g x; BITFIELD_RO b", zero+"*0\r\n"+bulk("")+zero+zero+null3+null3+"*0\r\n"+zero+"%0\r\n*1\r\n_\r\n*0\r\n",
			"B> SADD s2 1; ZADD z2 1 a; SET l2 1; SET t1 1; SET e2 1; SET o 1; SET m 1; RPUSH l 1; SET w_1 1; PFADD p 1; HSET h f v; GEOADD g 1 1 x; SETBIT b 1 1; SET other 1", one+one+done+done+done+done+done+one+done+one+one+one+zero+done,
			"A> PING", stale("s2")+stale("z2")+stale("l2")+stale("t1")+stale("e2")+stale("o")+stale("m")+stale("l")+stale("p")+stale("h")+stale("g")+stale("b")+pong),
		trackingScene("commands without keys, and those that write, are not", "on", "A> DBSIZE; KEYS x*; SCAN 0 MATCH x*; SET a 1; GETDEL a; GETSET b 1; GETEX b; INCR c", zero+"*0\r\n"+array(bulk("0"), "*0\r\n")+done+bulk("1")+null3+bulk("1")+one, "B> MSET a 1 b 1 c 1", done, "A> PING", pong),
		trackingScene("a key is remembered though the command failed", "on", "B> SET s x", done, "A> LLEN s", wrongType, "B> DEL s", one, "A> PING", stale("s")+pong),
		trackingScene("times to live are changes", "on", "B> SET a 1", done, "A> GET a", bulk("1"), "B> EXPIRE a 1000", one, "A> PING", stale("a")+pong, "A> TTL a", ":1000\r\n", "B> PERSIST a", one, "A> PING", stale("a")+pong, "A> GET a", bulk("1"), "B> PEXPIREAT a 1", one, "A> PING", stale("a")+pong),
		{Name: "tracking: a key that expires is told of", Own: true, Run: tellsExpiry},
		trackingScene("RENAME, COPY and MOVE change both keys", "on", "B> SET a 1", done, "A> MGET a b", "*2\r\n"+bulk("1")+null3, "B> RENAME a b", done, "A> PING", stale("a")+stale("b")+pong, "A> MGET a b", "*2\r\n"+null3+bulk("1"), "B> COPY b a", one, "A> PING", stale("a")+pong, "A> GET a", bulk("1"), "B> MOVE a 1", one, "A> PING", stale("a")+pong),
		trackingScene("who waits for a key is told of it before", "on", "A> LLEN k", zero, "A> BLPOP k 0", waits, "B> RPUSH k 1", one, "A> ", stale("k")+popped("k", "1")),
		trackingScene("OFF ends it, and what was read is still known behind ON", "on", "A> GET a; CLIENT TRACKING off", null3+done, "B> SET a 1", done, "A> PING", pong, "A> CLIENT TRACKING on; GET a; CLIENT TRACKING off; CLIENT TRACKING on", done+bulk("1")+done+done, "B> SET a 2", done, "A> PING", stale("a")+pong),
		trackingScene("RESET ends it", "on", "A> GET a; RESET", null3+"+RESET\r\n", "A> CLIENT TRACKINGINFO", trackingInfo("off", "-1", ""), "B> SET a 1", done, "A> PING", pong),
		{Name: "tracking: in RESP2 nobody is told", Own: true, Run: tellsNobodyInRESP2},
		trackingScene("REPLY OFF does not stop it", "on", "A> GET a; CLIENT REPLY OFF; GET b", null3, "B> MSET a 1 b 1", done, "A> CLIENT REPLY ON", stale("a")+stale("b")+done),
		trackingScene("OPTIN: only what is read behind CACHING YES", "on OPTIN", "A> GET a; CLIENT CACHING yes; GET b; GET c", null3+done+null3+null3, "B> MSET a 1 b 1 c 1", done, "A> PING", stale("b")+pong, "A> CLIENT CACHING YES; MULTI; GET a; GET b; EXEC; GET c", done+done+queued+queued+array(bulk("1"), bulk("1"))+bulk("1"), "B> MSET a 2 b 2 c 2", done, "A> PING", stale("a")+stale("b")+pong),
		trackingScene("OPTIN: CACHING holds for one command, even a wrong one, but for CLIENT's", "on OPTIN", "A> CLIENT CACHING yes; PING; GET a; CLIENT CACHING yes; FOO; GET a; CLIENT CACHING yes; GET; GET a", done+pong+null3+done+"-ERR unknown command 'FOO', with args beginning with: \r\n"+null3+done+wrongArity("get")+null3, "B> SET a 1", done, "A> PING", pong, "A> CLIENT CACHING yes; CLIENT GETREDIR; GET a", done+zero+bulk("1"), "B> SET a 1", done, "A> PING", stale("a")+pong),
		trackingScene("OPTIN: CACHING inside of a transaction holds to its end", "on OPTIN", "A> MULTI; GET a; CLIENT CACHING yes; GET b; GET c; EXEC; GET d", done+strings.Repeat(queued, 4)+"*4\r\n"+null3+done+null3+null3+null3, "B> MSET a 1 b 1 c 1 d 1", done, "A> PING", stale("b")+stale("c")+pong),
		trackingScene("OPTOUT: not what is read behind CACHING NO", "on OPTOUT", "A> GET a; CLIENT CACHING no; GET b; GET c", null3+done+null3+null3, "B> MSET a 1 b 1 c 1", done, "A> PING", stale("a")+stale("c")+pong),

		trackingScene("BCAST tells of all keys with a prefix, once a turn and in their order", "on BCAST PREFIX b PREFIX a", "B> MSET b2 1 a2 2 a1 3 b1 4 c1 5 a2 6", done, "A> PING", stale("a1 a2")+stale("b1 b2")+pong, "A> MULTI; SET a1 1; GET a1; DEL a1; SET c 1; EXEC; PING", done+strings.Repeat(queued, 4)+array(done, bulk("1"), one, done)+pong+stale("a1")),
		trackingScene("BCAST without a prefix tells of all", "on BCAST", "B> MULTI; SET x 1; SET a 1; SET x 2; EXEC", done+queued+queued+queued+array(done, done, done), "A> PING", stale("a x")+pong, "B> FLUSHALL", done, "A> PING", allStale+pong),
		trackingScene("BCAST and NOLOOP: not of one's own", "on BCAST NOLOOP PREFIX a", "A> MULTI; SET a1 1; SET a2 1; EXEC", done+queued+queued+array(done, done), "B> MULTI; SET a3 1; SET b 1; EXEC", done+queued+queued+array(done, done), "A> PING", stale("a3")+pong),
		trackingScene("BCAST: what expires is told of", "on BCAST PREFIX a", "B> SET a 1 PX 1", done, "A> ", stale("a"), "A> ", stale("a")),
		trackingScene("BCAST ends with OFF, and prefixes are added", "on BCAST PREFIX a", "A> CLIENT TRACKING on BCAST PREFIX b", done, "B> MSET a 1 b 1", done, "A> PING", stale("a")+stale("b")+pong, "A> CLIENT TRACKING off", done, "B> MSET a 1 b 1", done, "A> PING", pong, "A> CLIENT TRACKING on", done, "B> MSET a 1 b 1", done, "A> PING", pong),

		clientScene("tracking: REDIRECT tells another client, which listens in RESP2", "R> SUBSCRIBE __redis__:invalidate", listens, "A> CLIENT TRACKING on REDIRECT #R", done, "A> MGET a b", array(nilBulk, nilBulk), "B> MSET a 1 b 2", done, "R> ", staleMessages("a", "b"), "A> GET a; SET a 2", bulk("1")+done, "R> ", staleMessages("a"), "B> FLUSHALL", done, "R> ", staleMessage(nilBulk), "A> PING", pong),
		clientScene("tracking: REDIRECT and BCAST", "R> SUBSCRIBE __redis__:invalidate", listens, "A> CLIENT TRACKING on BCAST REDIRECT #R", done, "B> MSET b 1 a 2", done, "R> ", staleMessage(bulks("a b"))),
		clientScene("tracking: REDIRECT to who does not listen in RESP2 tells nobody", "R> ", "", "A> CLIENT TRACKING on REDIRECT #R", done, "A> GET a", nilBulk, "B> SET a 1", done, "R> PING", pong, "A> CLIENT TRACKINGINFO", anything, "R> SUBSCRIBE other", array(bulk("subscribe"), bulk("other"), one), "A> GET a", bulk("1"), "B> SET a 2", done, "R> ", staleMessages("a")),
		clientScene("tracking: REDIRECT to a client of RESP3", "R> HELLO 3", anything, "A> CLIENT TRACKING on REDIRECT #R", done, "A> GET a", nilBulk, "B> SET a 1", done, "R> PING", stale("a")+pong, "B> FLUSHALL", done, "R> PING", ">2\r\n"+bulk("invalidate")+nilBulk+pong),
		{Name: "tracking: a REDIRECT whose client has gone is told of", Own: true, Run: breaksRedirect},
		{Name: "tracking: CLIENT TRACKINGINFO tells how", Own: true, Run: tellsTracking},
		{Name: "tracking: tracking-table-max-keys throws keys out, and tells", Own: true, Run: limitsTracking},
		{Name: "tracking: a key that is evicted is told of", Own: true, Run: tellsEviction},
		{Name: "tracking: INFO counts it, and who left is forgotten", Own: true, Run: countsTracking},
		{Name: "tracking: many clients that read one key are told, and many that left are not", Own: true, Run: tellsMany},
	}
	for _, tc := range []struct{ request, want string }{
		{"CLIENT TRACKING", wrongArity("client|tracking")},
		{"CLIENT TRACKING foo", syntax},
		{"CLIENT TRACKING on on", syntax},
		{"CLIENT TRACKING on PREFIX", syntax},
		{"CLIENT TRACKING on REDIRECT", syntax},
		{"CLIENT TRACKING on REDIRECT a", noInteger},
		{"CLIENT TRACKING on REDIRECT 0", noSuchRedirect},
		{"CLIENT TRACKING off REDIRECT -1", noSuchRedirect},
		{"CLIENT TRACKING foo REDIRECT -1", noSuchRedirect},
		{"CLIENT TRACKING on PREFIX a", prefixAlone},
		{"CLIENT TRACKING on PREFIX a OPTIN OPTOUT", prefixAlone},
		{"CLIENT TRACKING on OPTIN OPTOUT", bothOpts},
		{"CLIENT TRACKING on OPTIN OPTOUT BCAST", bcastAndOpt},
		{"CLIENT TRACKING on BCAST OPTOUT PREFIX a PREFIX a", bcastAndOpt},
		{"CLIENT TRACKING on BCAST PREFIX a PREFIX a", provided("a", "a")},
		{"CLIENT TRACKING on BCAST PREFIX abc PREFIX b PREFIX ab", provided("abc", "ab")},
		{"CLIENT CACHING", wrongArity("client|caching")},
		{"CLIENT CACHING yes", cachingElsewhere},
		{"CLIENT CACHING foo", cachingElsewhere},
		{"CLIENT GETREDIR x", wrongArity("client|getredir")},
		{"CLIENT TRACKINGINFO x", wrongArity("client|trackinginfo")},
	} {
		rows = append(rows, conformance.Case{Name: "tracking, refused: " + tc.request, Run: dialogue(tc.request, tc.want, "CLIENT TRACKINGINFO", trackingInfo("off", "-1", ""), "CLIENT GETREDIR", noTTL)})
	}
	for _, steps := range [][]string{
		{"CLIENT TRACKING on", done, "CLIENT CACHING yes", cachingYes, "CLIENT CACHING no", cachingNo, "CLIENT CACHING foo", syntax, "CLIENT TRACKING on BCAST", switchBcast, "CLIENT TRACKING on OPTIN", done, "CLIENT CACHING no", cachingNo},
		{"CLIENT TRACKING on OPTIN", done, "CLIENT TRACKING on OPTOUT", switchOpt, "CLIENT TRACKING on OPTIN", done, "CLIENT TRACKING on", done, "CLIENT TRACKING on OPTOUT", done, "CLIENT CACHING yes", cachingYes, "CLIENT TRACKING on BCAST", switchBcast},
		{"CLIENT TRACKING on BCAST PREFIX b PREFIX a", done, "CLIENT TRACKING on", switchBcast, "CLIENT TRACKING on BCAST PREFIX ab", existing("ab", "a"), "CLIENT TRACKING on BCAST PREFIX c PREFIX b", existing("b", "b"), "CLIENT TRACKING on BCAST PREFIX c", done, "CLIENT TRACKINGINFO", trackingInfo("on bcast", "0", "a b c"), "CLIENT TRACKING off FOO", syntax, "CLIENT TRACKING off OPTIN OPTOUT BCAST PREFIX x", done, "CLIENT TRACKINGINFO", trackingInfo("off", "-1", "")},
	} {
		rows = append(rows, conformance.Case{Name: "tracking, what follows " + steps[0], Run: dialogue(steps...)})
	}
	return in(8, "Many clients", rows)
}

func tellsNobodyInRESP2(t *T) {
	a, b := t.Dial(), t.Dial()
	require.False(t, a.Call("HELLO", "3").IsError())
	speak(a, plain, "CLIENT TRACKING on", done, "GET a", null3)
	require.False(t, a.Call("HELLO", "2").IsError())
	speak(b, plain, "SET a 1", done)
	speak(a, plain, "PING", pong, "GET a", bulk("1"))
	require.False(t, a.Call("HELLO", "3").IsError())
	speak(b, plain, "SET a 2", done)
	a.Expect(stale("a"))
}

// breaksRedirect expects that a client is told once its messages reach nobody: in RESP3, or when
// it asks.
func breaksRedirect(t *T) {
	a, r, b, old := t.Dial(), t.Dial(), t.Dial(), t.Dial()
	id := clientFields(r)["id"]
	require.False(t, a.Call("HELLO", "3").IsError())
	for _, c := range []*conformance.Conn{a, old} {
		speak(c, plain, "CLIENT TRACKING on REDIRECT "+id, done)
		require.False(t, c.Call("GET", "a").IsError())
	}
	speak(old, plain, "CLIENT TRACKINGINFO", trackingInfo("on", id, ""))
	speak(b, plain, "CLIENT KILL ID "+id, one, "SET a 1", done)
	r.ExpectClosed()
	a.Expect(">2\r\n" + bulk("tracking-redir-broken") + ":" + id + "\r\n")
	speak(old, plain, "CLIENT TRACKINGINFO", trackingInfo("on broken_redirect", id, ""))
	f := clientFields(old)
	require.Equal(t, "tR "+id, f["flags"]+" "+f["redir"])
	speak(old, plain, "CLIENT TRACKING on", done, "CLIENT TRACKINGINFO", trackingInfo("on", "0", ""))
}

func tellsTracking(t *T) {
	c, other := t.Dial(), t.Dial()
	id := clientFields(other)["id"]
	f := clientFields(c)
	require.Equal(t, "N -1", f["flags"]+" "+f["redir"])
	for _, tc := range []struct{ options, flags, redirect, prefixes, letters string }{
		{"", "on", "0", "", "t"},
		{"NOLOOP", "on noloop", "0", "", "t"},
		{"OPTIN NOLOOP REDIRECT " + id, "on optin noloop", id, "", "t"},
		{"optout", "on optout", "0", "", "t"},
		{"BCAST noloop", "on bcast noloop", "0", "ALL", "tB"},
		{"BCAST PREFIX b PREFIX a REDIRECT " + id, "on bcast", id, "a b", "tB"},
	} {
		info := trackingInfo(tc.flags, tc.redirect, tc.prefixes)
		if tc.prefixes == "ALL" {
			info = strings.Replace(info, bulks("ALL"), array(bulk("")), 1)
		}
		speak(c, plain, "CLIENT TRACKING ON "+tc.options, done, "CLIENT TRACKINGINFO", info, "CLIENT GETREDIR", ":"+tc.redirect+"\r\n")
		f := clientFields(c)
		require.Equal(t, tc.letters+" "+tc.redirect, f["flags"]+" "+f["redir"])
		speak(c, plain, "CLIENT TRACKING OFF", done)
	}
	speak(c, plain, "CLIENT TRACKING on OPTIN", done, "CLIENT CACHING yes", done, "CLIENT TRACKINGINFO", trackingInfo("on optin caching-yes", "0", ""), "PING", pong, "CLIENT TRACKINGINFO", trackingInfo("on optin", "0", ""))
	speak(c, plain, "CLIENT TRACKING off", done, "CLIENT TRACKING on OPTOUT", done, "CLIENT CACHING no", done, "CLIENT TRACKINGINFO", trackingInfo("on optout caching-no", "0", ""))
	speak(c, plain, "HELLO 3 x", "-ERR Syntax error in HELLO option 'x'\r\n")
	require.False(t, c.Call("HELLO", "3").IsError())
	speak(c, plain, "CLIENT TRACKINGINFO", "%3\r\n"+bulk("flags")+"~2\r\n"+bulk("on")+bulk("optout")+bulk("redirect")+zero+bulk("prefixes")+emptyList)
}

// limitsTracking expects that no more keys are remembered than may be, and that a client is told
// of each that is not any more.
func limitsTracking(t *T) {
	const setting, most, keys = "tracking-table-max-keys", 10, 500
	a, b := t.Dial(), t.Dial()
	speak(b, plain, "CONFIG GET "+setting, bulks(setting+" 1000000"), "CONFIG SET "+setting+" -1", setFailed(setting, "argument must be between 0 and 9223372036854775807 inclusive"))
	require.False(t, a.Call("HELLO", "3").IsError())
	speak(a, plain, "CLIENT TRACKING on", done)
	for i := range keys {
		speak(a, plain, fmt.Sprint("GET k", i), null3)
	}
	remembered := func() int64 { return askFigures(b, "stats").number(t, "tracking_total_keys") }
	require.EqualValues(t, keys, remembered())
	speak(b, plain, "CONFIG SET "+setting+" 0", done)
	require.EqualValues(t, keys, remembered())
	speak(b, plain, "CONFIG SET "+setting+" 10", done)
	t.Until("keys are forgotten", func() bool { return remembered() == most })
	told := map[string]bool{}
	for range keys - most {
		told[a.Reply().Elems[1].Elems[0].Text] = true
	}
	require.Len(t, told, keys-most)
	speak(a, plain, "PING", pong)
	for i := range keys {
		if key := fmt.Sprint("k", i); !told[key] {
			speak(b, plain, "SET "+key+" 1", done)
			a.Expect(stale(key))
		}
	}
	require.Zero(t, remembered())
}

func tellsExpiry(t *T) {
	a, b := t.Dial(), t.Dial()
	require.False(t, a.Call("HELLO", "3").IsError())
	speak(a, plain, "CLIENT TRACKING on", done)
	t.Until("it is read before it expires", func() bool {
		speak(b, plain, "SET a 1 PX 200", done)
		if a.Call("GET", "a").Null { // on a slow machine
			speak(b, plain, "SET a 1", done)
			a.Expect(stale("a"))
			return false
		}
		return true
	})
	a.Expect(stale("a"))
	speak(a, plain, "GET a", null3)
}

func tellsEviction(t *T) {
	a, b := t.Dial(), t.Dial()
	require.False(t, a.Call("HELLO", "3").IsError())
	speak(b, plain, "SET a 1", done)
	speak(a, plain, "CLIENT TRACKING on", done, "GET a", bulk("1"))
	speak(b, plain, "CONFIG SET maxmemory-policy allkeys-random maxmemory 1", done)
	t.Until("it is evicted", func() bool { return b.Call("DBSIZE").Int == 0 })
	a.Expect(stale("a"))
}

func countsTracking(t *T) {
	a, c, b := t.Dial(), t.Dial(), t.Dial()
	expect := func(clients, keys, items, prefixes int64) {
		f := askFigures(b, "stats")
		require.Equal(t, []int64{clients, keys, items, prefixes}, []int64{
			askFigures(b, "clients").number(t, "tracking_clients"),
			f.number(t, "tracking_total_keys"), f.number(t, "tracking_total_items"), f.number(t, "tracking_total_prefixes"),
		})
	}
	expect(0, 0, 0, 0)
	speak(a, plain, "CLIENT TRACKING on", done, "MGET x y x", array(nilBulk, nilBulk, nilBulk))
	expect(1, 2, 2, 0)
	speak(c, plain, "CLIENT TRACKING on", done, "GET x", nilBulk)
	expect(2, 2, 3, 0)
	speak(c, plain, "CLIENT TRACKING off", done, "CLIENT TRACKING on BCAST PREFIX p PREFIX q", done)
	expect(2, 2, 3, 2)
	speak(b, plain, "SET x 1", done)
	expect(2, 1, 1, 2)
	c.Close()
	t.Until("it has left", func() bool { return askFigures(b, "stats").number(t, "tracking_total_prefixes") == 0 })
	expect(1, 1, 1, 0)
	speak(b, plain, "FLUSHALL", done)
	expect(1, 0, 0, 0)
}

// tellsMany expects a change of one key to be told to all that have read it, and are still there.
func tellsMany(t *T) {
	b := t.Dial()
	var stay []*conformance.Conn
	for i := range 60 {
		c := t.Dial()
		require.False(t, c.Call("HELLO", "3").IsError())
		speak(c, plain, "CLIENT TRACKING on", done, "GET k", null3)
		if i%3 == 0 {
			c.Close()
		} else {
			stay = append(stay, c)
		}
	}
	t.Until("some have left", func() bool { return askFigures(b, "clients").number(t, "tracking_clients") == int64(len(stay)) })
	speak(b, plain, "SET k 1", done)
	for _, c := range stay {
		speak(c, plain, "PING", stale("k")+pong)
	}
}
