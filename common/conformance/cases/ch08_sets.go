// ch08_sets.go: sets: members, each once. Which encoding they have shows nowhere but in
// OBJECT ENCODING, and in the order of replies: cases take these for sets, too.

package cases

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// setRow is what COMMAND INFO says of a command on sets.
type setRow struct {
	name              string
	arity             int64
	flags, tips       string
	first, last, step int64
	specs             []string
}

// keysAt is a key specification: from the index-th word on, to the last one (0 is that key
// alone, -1 the end).
func keysAt(index, last int64, flags string) string {
	return array(
		bulk("flags"), statuses(flags),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), integer(index))),
		bulk("find_keys"), array(bulk("type"), bulk("range"), bulk("spec"), array(bulk("lastkey"), integer(last), bulk("keystep"), one, bulk("limit"), zero)),
	)
}

// countedFrom is a key specification: the index-th word says how many keys follow it.
func countedFrom(index int64, flags string) string {
	return array(
		bulk("flags"), statuses(flags),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), integer(index))),
		bulk("find_keys"), array(bulk("type"), bulk("keynum"), bulk("spec"), array(bulk("keynumidx"), zero, bulk("firstkey"), one, bulk("keystep"), one)),
	)
}

func (r setRow) info() string {
	categories := "@read @set "
	if strings.Contains(r.flags, "write") {
		categories = "@write @set "
	}
	if strings.Contains(r.flags, "fast") {
		categories += "@fast"
	} else {
		categories += "@slow"
	}
	return array(bulk(r.name), integer(r.arity), statuses(r.flags), integer(r.first), integer(r.last), integer(r.step), statuses(categories), bulks(r.tips), array(r.specs...), emptyList)
}

// setRows are those of the commands on sets as Redis 7.0.15 has them.
func setRows() []setRow {
	const unordered, chance = "nondeterministic_output_order", "nondeterministic_output"
	one := func(flags string) []string { return []string{keysAt(1, 0, flags)} }
	all := []string{keysAt(1, -1, "RO access")}
	return []setRow{
		{"sadd", -3, "write denyoom fast", "", 1, 1, 1, one("RW insert")},
		{"srem", -3, "write fast", "", 1, 1, 1, one("RW delete")},
		{"smove", 4, "write fast", "", 1, 2, 1, []string{keysAt(1, 0, "RW access delete"), keysAt(2, 0, "RW insert")}},
		{"sismember", 3, "readonly fast", "", 1, 1, 1, one("RO")},
		{"smismember", -3, "readonly fast", "", 1, 1, 1, one("RO access")},
		{"scard", 2, "readonly fast", "", 1, 1, 1, one("RO")},
		{"spop", -2, "write fast", chance, 1, 1, 1, one("RW access delete")},
		{"srandmember", -2, "readonly", chance, 1, 1, 1, one("RO access")},
		{"sinter", -2, "readonly", unordered, 1, -1, 1, all},
		{"sintercard", -3, "readonly movablekeys", "", 0, 0, 0, []string{countedFrom(1, "RO access")}},
		{"sinterstore", -3, "write denyoom", "", 1, -1, 1, []string{keysAt(1, 0, "RW update"), keysAt(2, -1, "RO access")}},
		{"sunion", -2, "readonly", unordered, 1, -1, 1, all},
		{"sunionstore", -3, "write denyoom", "", 1, -1, 1, []string{keysAt(1, 0, "OW update"), keysAt(2, -1, "RO access")}},
		{"sdiff", -2, "readonly", unordered, 1, -1, 1, all},
		{"sdiffstore", -3, "write denyoom", "", 1, -1, 1, []string{keysAt(1, 0, "OW update"), keysAt(2, -1, "RO access")}},
		{"smembers", 2, "readonly", unordered, 1, 1, 1, one("RO access")},
		{"sscan", -3, "readonly", chance, 1, 1, 1, one("RO access")},
	}
}

// unordered is a dialogue in which a reply that begins with ~ is words in any order.
func unordered(steps ...string) func(*T) {
	return func(t *T) { speakUnordered(t, t.Dial(), newKeys(), steps...) }
}

func speakUnordered(t *T, c *conformance.Conn, own keys, steps ...string) {
	for i := 0; i+1 < len(steps); i += 2 {
		words, ok := strings.CutPrefix(steps[i+1], "~")
		if !ok {
			speak(c, own, steps[i], steps[i+1])
			continue
		}
		c.Send(own.cmd(steps[i]))
		reply := c.Reply()
		require.Equal(t, "*", string(reply.Kind), steps[i])
		require.ElementsMatch(t, strings.Fields(words), reply.Strings(), steps[i])
	}
}

func sets() list {
	rows := list{
		{Name: "SADD answers how many members are new", Run: unordered(
			"SADD @s a b c", ":3\r\n", "SADD @s a", zero, "SADD @s d a d e d", ":2\r\n", "SCARD @s", ":5\r\n", "SMEMBERS @s", "~a b c d e", "TYPE @s", "+set\r\n",
			"SADD @n 1 1 1 01", ":2\r\n", "SMEMBERS @n", "~1 01",
		)},
		{Name: "SREM answers how many members there were, and deletes an empty set", Run: unordered(
			"SADD @s a b 1 2", ":4\r\n", "EXPIRE @s 1000", one, "SREM @s none a none a 1", ":2\r\n", "SMEMBERS @s", "~b 2", "TTL @s", ":1000\r\n", "SREM @s x y z", zero,
			"SREM @s 2 b c 2", ":2\r\n", "EXISTS @s", zero, "SREM @s b", zero, "SADD @s b", one, "TTL @s", noTTL,
			"SADD @n 1 2 3", ":3\r\n", "SREM @n 4 x 01 2 +3", one, "SMEMBERS @n", "~1 3", "OBJECT ENCODING @n", bulk("intset"), "SREM @n 1 3", ":2\r\n", "EXISTS @n", zero,
		)},
		{Name: "SISMEMBER and SMISMEMBER", Run: dialogue(
			"SADD @n 1 2 -3", ":3\r\n", "SISMEMBER @n 2", one, "SISMEMBER @n 3", zero, "SISMEMBER @n 02", zero, "SISMEMBER @n x", zero, "SISMEMBER @n 99999999999999999999", zero, "SMISMEMBER @n 1 4 -3 x 1", array(one, zero, one, zero, one),
			"SADD @s a 1 b", ":3\r\n", "SISMEMBER @s 1", one, "SISMEMBER @s +1", zero, "SISMEMBER @s c", zero, "SMISMEMBER @s b c 1", array(one, zero, one), "SISMEMBER @none a", zero, "SMISMEMBER @none a b", array(zero, zero),
		)},
		{Name: "commands on no set find nothing", Run: dialogue("SCARD @k", zero, "SMEMBERS @k", emptyList, "SPOP @k", nilBulk, "SPOP @k 3", emptyList, "SRANDMEMBER @k", nilBulk, "SRANDMEMBER @k 3", emptyList, "SRANDMEMBER @k -3", emptyList, "SMOVE @k @k2 a", zero, "EXISTS @k @k2", zero)},
		{Name: "a set of integers is an intset, until one is none", Run: unordered(
			"SADD @s 5 -7 0", ":3\r\n", "OBJECT ENCODING @s", bulk("intset"), "SADD @s "+most+" "+least+" 40000", ":3\r\n", "OBJECT ENCODING @s", bulk("intset"), "SADD @s x", one, "OBJECT ENCODING @s", bulk("hashtable"),
			"SMEMBERS @s", "~5 -7 0 "+most+" "+least+" 40000 x", "SREM @s x", one, "OBJECT ENCODING @s", bulk("hashtable"), "SISMEMBER @s "+least, one, "SADD @s -7 0 6", one,
		)},
		{Name: "what is no integer to Redis is no member of an intset", Run: noIntegersInIntsets},
		{Name: "512 integers are an intset, 513 are none", Own: true, Run: func(t *T) {
			c := t.Dial()
			inBatches(t, c, 0, 512, func(i int) (string, string) { return cmd("SADD", "s", strconv.Itoa(i*3)), one })
			speak(c, plain, "SADD s 3", zero, "OBJECT ENCODING s", bulk("intset"), "SADD s 1", one, "OBJECT ENCODING s", bulk("hashtable"), "SREM s 1 3", ":2\r\n", "OBJECT ENCODING s", bulk("hashtable"), "SCARD s", ":511\r\n")
		}},
		{Name: "set-max-intset-entries bounds intsets that grow", Args: []string{"--set-max-intset-entries", "4"}, Run: dialogue(
			"CONFIG GET set-max-intset-entries", bulks("set-max-intset-entries 4"), "SADD s 1 2 3 4", ":4\r\n", "OBJECT ENCODING s", bulk("intset"), "SADD s 4", zero, "OBJECT ENCODING s", bulk("intset"), "SADD s 5", one, "OBJECT ENCODING s", bulk("hashtable"),
			"SADD t 1 2 3 4", ":4\r\n", "CONFIG SET set-max-intset-entries 2", done, "SADD t 4", zero, "SREM t 4", one, "OBJECT ENCODING t", bulk("intset"), "SADD t 4", one, "OBJECT ENCODING t", bulk("hashtable"),
			"CONFIG SET set-max-intset-entries 0", done, "SADD u 1", one, "OBJECT ENCODING u", bulk("hashtable"), "CONFIG SET set-max-intset-entries 1000", done, "SADD s 9", one, "OBJECT ENCODING s", bulk("hashtable"),
			"SUNIONSTORE v s", ":6\r\n", "OBJECT ENCODING v", bulk("intset"), "CONFIG SET set-max-intset-entries 5", done, "SUNIONSTORE v s", ":6\r\n", "OBJECT ENCODING v", bulk("hashtable"), "SINTERSTORE v s t", ":4\r\n", "OBJECT ENCODING v", bulk("intset"),
		)},
		{Name: "members of any bytes and every length", Run: membersOfAnyBytes},
		{Name: "a set that grows and shrinks is a map of members", Own: true, Timeout: time.Minute, Run: setIsAMap},
		{Name: "SMOVE moves a member", Run: movesMembers},
		{Name: "MULTI queues commands of sets", Run: dialogue("MULTI", done, "SADD @s 1 x", queued, "SISMEMBER @s", wrongArity("sismember"), "EXEC", aborted, "MULTI", done, "SADD @s 1", queued, "SPOP @s", queued, "GET @s", queued, "SADD @s 2", queued, "SINTERSTORE @t @s @s", queued, "EXEC", array(one, bulk("1"), nilBulk, one, one))},
		{Name: "SET and DEL take a set away", Run: dialogue("SADD @s a", one, "EXPIRE @s 1000", one, "SET @s v", done, "TTL @s", noTTL, "SCARD @s", wrongType, "DEL @s", one, "SADD @s 1", one, "UNLINK @s", one, "SCARD @s", zero)},
		{Name: "a set expires", Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			speak(c, own, "SADD @s a b", ":2\r\n", "SADD @t b c", ":2\r\n", "PEXPIRE @s 30", one)
			t.Until("the set is gone", func() bool { return c.Call("SCARD", own.key("s")).Int == 0 })
			speakUnordered(t, c, own, "SUNION @s @t", "~b c", "SINTER @s @t", emptyList, "SDIFF @t @s", "~b c", "SPOP @s 2", emptyList, "SADD @s b", one, "TTL @s", noTTL, "SMEMBERS @s", bulks("b"))
		}},
		{Name: "COMMAND GETKEYS finds the keys of sets' commands", Run: answers(
			cmd("COMMAND", "GETKEYS", "SMOVE", "a", "b", "c")+cmd("COMMAND", "GETKEYS", "SUNIONSTORE", "a", "b", "c")+cmd("COMMAND", "GETKEYS", "SINTERCARD", "2", "a", "b", "LIMIT", "3")+cmd("COMMAND", "GETKEYS", "SDIFF", "a", "b"),
			bulks("a b")+bulks("a b c")+bulks("a b")+bulks("a b"),
		)},
		{Name: "commands on sets count hits and misses", Own: true, Run: func(t *T) {
			c := t.Dial()
			speak(c, plain, "SADD s 1 2", ":2\r\n", "SREM s 3", zero, "SMOVE s t 9", zero)
			for _, request := range []string{"SISMEMBER s 1", "SMISMEMBER s 1 2", "SCARD none", "SMEMBERS s", "SRANDMEMBER s", "SINTER s none s", "SINTERCARD 2 none s", "SUNIONSTORE t s none", "SPOP none", "SSCAN s 0"} {
				c.Send(plain.cmd(request))
				require.False(t, c.Reply().IsError(), request)
			}
			stats := c.Call("INFO", "stats").Text
			require.Contains(t, stats, "keyspace_hits:9\r\n")
			require.Contains(t, stats, "keyspace_misses:4\r\n")
		}},
	}
	for _, r := range setRows() {
		counted := commandRow{name: r.name, arity: r.arity}
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: counted.countsArguments},
		)
	}
	return in(8, lesson8Sets, slices.Concat(rows, noSets(), changesOfSets()))
}

// noSets are the errors of commands that find something else than a set. Errors of the
// request come before those of keys.
func noSets() (rows list) {
	for _, request := range []string{
		"SADD @k a", "SREM @k a", "SMOVE @k @s a", "SMOVE @s @k a", "SISMEMBER @k a", "SMISMEMBER @k a", "SCARD @k", "SPOP @k", "SPOP @k 1", "SPOP @k 0", "SRANDMEMBER @k", "SRANDMEMBER @k 0", "SRANDMEMBER @k -1", "SMEMBERS @k", "SSCAN @k 0", "SSCAN @k 0 COUNT",
		"SINTER @k", "SINTER @s @k", "SINTER @none @k", "SUNION @none @k", "SUNION @k @s", "SDIFF @k @s", "SDIFF @none @k", "SDIFF @s @none @k",
		"SINTERSTORE @t @k", "SINTERSTORE @t @none @k", "SUNIONSTORE @t @s @k", "SDIFFSTORE @t @none @k", "SDIFFSTORE @k @k @s", "SINTERCARD 1 @k", "SINTERCARD 2 @none @k LIMIT 1",
	} {
		rows = append(rows, conformance.Case{Name: "the wrong type: " + request, Run: func(t *T) {
			c, own := t.Dial(), newKeys()
			speak(c, own, "SADD @s a", one, "SADD @t 1 2", ":2\r\n")
			for _, make := range []string{"SET @k text", "SET @k 1", "HSET @k a b", "RPUSH @k a", "ZADD @k 1 a"} {
				c.Call("DEL", own.key("k"))
				c.Send(own.cmd(make))
				require.False(t, c.Reply().IsError(), make)
				kind := c.Call("TYPE", own.key("k")).Text
				speak(c, own, request, wrongType, "TYPE @k", "+"+kind+"\r\n", "SMEMBERS @s", bulks("a"), "SCARD @t", ":2\r\n")
			}
		}})
	}
	const notPositive, numKeys = "-ERR value is out of range, must be positive\r\n", "-ERR numkeys should be greater than 0\r\n"
	const tooMany, noLong = "-ERR Number of keys can't be greater than number of args\r\n", "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n"
	return append(rows, conformance.Case{Name: "requests of sets are checked before the key", Run: dialogue(
		"SET @k v", done, "SPOP @k x", notPositive, "SPOP @k -1", notPositive, "SPOP @k 1.5", notPositive, "SPOP @k 9223372036854775808", notPositive, "SPOP @k 1 2", syntax, "SPOP @k x y", syntax,
		"SRANDMEMBER @k x", noInteger, "SRANDMEMBER @k 1 2", syntax, "SRANDMEMBER @k "+least, noLong, "SRANDMEMBER @k 9223372036854775808", noInteger, "SSCAN @k x", "-ERR invalid cursor\r\n",
		"SINTERCARD 0 @k", numKeys, "SINTERCARD -1 @k", numKeys, "SINTERCARD x @k", numKeys, "SINTERCARD 2 @k", tooMany, "SINTERCARD "+most+" @k", tooMany, "SINTERCARD 1 @k LIMIT", syntax, "SINTERCARD 1 @k x 1", syntax, "SINTERCARD 1 @k @k", syntax,
		"SINTERCARD 1 @k LIMIT -1", "-ERR LIMIT can't be negative\r\n", "SINTERCARD 1 @k LIMIT x", "-ERR LIMIT can't be negative\r\n", "SINTERCARD 1 @k LIMIT 1 LIMIT x", "-ERR LIMIT can't be negative\r\n", "SINTERCARD 1 @k limit 0 LIMIT 3", wrongType,
	)})
}

// changesOfSets tells what WATCH takes for a change of a set.
func changesOfSets() (rows list) {
	for _, row := range []struct {
		request, reply string
		changes        bool
	}{
		{"SADD @s a", zero, false},
		{"SADD @s b", one, true},
		{"SADD @none 1", one, true},
		{"SREM @s a", one, true},
		{"SREM @s b", zero, false},
		{"SREM @none a", zero, false},
		{"SPOP @s", bulk("a"), true},
		{"SPOP @s 0", emptyList, false},
		{"SPOP @s 5", bulks("a"), true},
		{"SPOP @none 5", emptyList, false},
		{"SRANDMEMBER @s", bulk("a"), false},
		{"SMOVE @s @t a", one, true},
		{"SMOVE @s @s a", one, false},
		{"SMOVE @t @s b", zero, false},
		{"SMOVE @other @s a", one, false}, // it has that member
		{"SMOVE @other @none a", one, true},
		{"SINTER @s @s", bulks("a"), false},
		{"SINTERSTORE @none @s @t", zero, false},
		{"SINTERSTORE @s @s @t", zero, true},
		{"SUNIONSTORE @s @s", one, true},
		{"SUNIONSTORE @t @s", one, false},
		{"SDIFFSTORE @none @none", zero, false},
		{"SSCAN @s 0", array(bulk("0"), bulks("a")), false},
	} {
		reply, what := emptyList, "no change"
		if row.changes {
			reply, what = nullArray, "a change"
		}
		rows = append(rows, conformance.Case{
			Name: "WATCH: " + what + ": " + row.request,
			Run:  scene("A> SADD @s a", one, "A> SADD @other a", one, "A> WATCH @s @none", done, "B> "+row.request, row.reply, "A> MULTI", done, "A> EXEC", reply),
		})
	}
	return rows
}

// notIntegers look like integers, and are none that Redis would print so.
var notIntegers = []string{"", "01", "-0", "+1", "1.0", "1 ", " 1", "-", "1e5", "9223372036854775808", "-9223372036854775809", "12345678901234567890", "1\x00", "0x10", "--1", "1,000"}

func noIntegersInIntsets(t *T) {
	c, own := t.Dial(), newKeys()
	for i, member := range notIntegers {
		k := own.key(strconv.Itoa(i))
		c.Exchange(cmd("SADD", k, "1", "0")+cmd("SADD", k, member)+cmd("OBJECT", "ENCODING", k)+cmd("SISMEMBER", k, member)+cmd("SISMEMBER", k, "1")+cmd("SCARD", k), ":2\r\n"+one+bulk("hashtable")+one+one+":3\r\n")
		c.Exchange(cmd("DEL", k)+cmd("SADD", k, member)+cmd("SMEMBERS", k)+cmd("OBJECT", "ENCODING", k), one+one+array(bulk(member))+bulk("hashtable"))
	}
}

func membersOfAnyBytes(t *T) {
	c, own := t.Dial(), newKeys()
	members := append([]string{everyValue, "\x00", "\x00\x00", "\r\n", "$3\r\nfoo\r\n", "\xff", numbered(70_000), numbered(70_001)}, notIntegers...)
	for i := 1; i < 300; i++ {
		members = append(members, strings.Repeat("m", i))
	}
	k := own.key("s")
	for i, m := range members {
		c.Exchange(cmd("SISMEMBER", k, m)+cmd("SADD", k, m, m)+cmd("SADD", k, m)+cmd("SISMEMBER", k, m)+cmd("SCARD", k), zero+one+zero+one+integer(int64(i+1)))
	}
	require.ElementsMatch(t, members, c.Call("SMEMBERS", k).Strings())
	require.ElementsMatch(t, members, c.Call("SUNION", k).Strings())
	for _, m := range members {
		c.Exchange(cmd("SMOVE", k, own.key("t"), m)+cmd("SISMEMBER", k, m)+cmd("SISMEMBER", own.key("t"), m), one+zero+one)
	}
	c.Exchange(cmd("EXISTS", k), zero)
	require.ElementsMatch(t, members, c.Call("SMEMBERS", own.key("t")).Strings())
}

// setIsAMap adds and removes members in an order that a seed gives, until there are many and
// until there are none, and asks for some all the time.
func setIsAMap(t *T) {
	const n = 60_000
	c, model, random := t.Dial(), map[int]bool{}, rand.New(rand.NewPCG(8, 1))
	for _, phase := range []struct {
		adds   int // of ten changes
		prefix string
		rounds int
	}{{8, "", n}, {2, "", n}, {8, "m", n}, {5, "", n / 4}} {
		inBatches(t, c, 0, phase.rounds, func(int) (request, reply string) {
			add, ask := random.IntN(n/2), random.IntN(n/2)
			answer := func(is bool) string {
				if is {
					return one
				}
				return zero
			}
			if random.IntN(10) < phase.adds {
				request, reply = cmd("SADD", "s", strconv.Itoa(add)), answer(!model[add])
				model[add] = true
			} else {
				request, reply = cmd("SREM", "s", strconv.Itoa(add)), answer(model[add])
				delete(model, add)
			}
			return request + cmd("SISMEMBER", "s", strconv.Itoa(ask)) + cmd("SCARD", "s"), reply + answer(model[ask]) + integer(int64(len(model)))
		})
		var want []string
		for i := range model {
			want = append(want, strconv.Itoa(i))
		}
		got := c.Call("SMEMBERS", "s").Strings()
		slices.Sort(want)
		slices.Sort(got)
		require.True(t, slices.Equal(want, got), "SMEMBERS answers %d members, not these %d", len(got), len(want))
	}
}

func movesMembers(t *T) {
	speakUnordered(
		t, t.Dial(), newKeys(),
		"SADD @s a b 1", ":3\r\n", "SADD @t b 2", ":2\r\n", "SMOVE @s @t a", one, "SMOVE @s @t a", zero, "SMEMBERS @s", "~b 1", "SMEMBERS @t", "~a b 2",
		"SMOVE @s @t b", one, "SMEMBERS @t", "~a b 2", "SMOVE @s @s 1", one, "SMOVE @s @s 7", zero, "OBJECT ENCODING @s", bulk("hashtable"),
		"EXPIRE @t 1000", one, "SMOVE @s @t 1", one, "EXISTS @s", zero, "TTL @t", ":1000\r\n", "SMEMBERS @t", "~a b 1 2", "SMOVE @t @new 2", one, "OBJECT ENCODING @new", bulk("intset"), "TTL @new", noTTL,
		"SMOVE @t @new a", one, "OBJECT ENCODING @new", bulk("hashtable"), "SMEMBERS @new", "~a 2", "SET @k v", done, "SMOVE @none @k a", zero, "SMOVE @t @k none", wrongType, "SMEMBERS @t", "~b 1",
		"SADD @i 1 2 3", ":3\r\n", "SADD @j 3 4", ":2\r\n", "SMOVE @i @j 3", one, "SMOVE @i @j x", zero, "SMOVE @i @j 2", one, "OBJECT ENCODING @j", bulk("intset"), "SMEMBERS @j", "~2 3 4",
	)
}
