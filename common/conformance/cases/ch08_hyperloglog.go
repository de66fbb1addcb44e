// ch08_hyperloglog.go: how many different things there were, about.

package cases

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// The rows of PFADD and PFCOUNT as Redis 7.0.15 has them.
var hllRows = []commandRow{
	{"pfadd", -2, "write denyoom fast", "@write @hyperloglog @fast", "", 1, "RW insert", ""},
	{"pfcount", -2, "readonly", "@read @hyperloglog @slow", "", -1, "RW access", "RW because it may change the internal representation of the key, and propagate to replicas"},
	{"pfselftest", 1, "admin", "@hyperloglog @admin @slow @dangerous", "", 0, "", ""},
}

const (
	notHLL     = "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"
	corruptHLL = "-INVALIDOBJ Corrupted HLL object detected\r\n"
	noSuchHLL  = "-ERR The specified key does not exist\r\n"
)

func hyperLogLogs() list {
	rows := list{
		{Name: "PFADD makes a HyperLogLog, and tells whether it has changed", Run: dialogue(
			"PFADD @h a b c", one, "PFADD @h a", zero, "PFADD @h a b c", zero, "PFADD @h d", one, "PFCOUNT @h", ":4\r\n", "TYPE @h", "+string\r\n", "OBJECT ENCODING @h", bulk("raw"), "STRLEN @h", ":30\r\n",
		)},
		{Name: "PFADD without an element makes an empty one", Run: dialogue(
			"PFADD @h", one, "PFADD @h", zero, "EXISTS @h", one, "PFCOUNT @h", zero, "STRLEN @h", ":18\r\n", "PFDEBUG ENCODING @h", "+sparse\r\n", "GET @h", bulk("HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"), "PFADD @h", zero, "GET @h", bulk("HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff"),
		)},
		{Name: "PFCOUNT of no key is 0", Run: dialogue("PFCOUNT @none", zero, "PFCOUNT @none @other", zero, "EXISTS @none", zero, "PFADD @h a b c", one, "PFCOUNT @none @h", three, "PFCOUNT @h @h", three)},
		{Name: "PFCOUNT of several keys counts what is in any of them", Run: dialogue(
			"PFADD @a 1 2 3 4", one, "PFADD @b 3 4 5 6", one, "PFADD @c 7", one, "PFCOUNT @a @b", ":6\r\n", "PFCOUNT @a @b @c", ":7\r\n", "PFCOUNT @c", one, "PFCOUNT @a @none @b", ":6\r\n", "EXISTS @none", zero,
		)},
		{Name: "PFMERGE of what is alike changes no register", Run: mergesAlike},
		{Name: "PFMERGE makes one of several", Run: dialogue(
			"PFADD @a 1 2 3 4", one, "PFADD @b 3 4 5 6", one, "PFMERGE @d @a @b", done, "PFCOUNT @d", ":6\r\n", "PFMERGE @a @b", done, "PFCOUNT @a", ":6\r\n", "PFMERGE @e", done, "PFCOUNT @e", zero, "PFDEBUG ENCODING @e", "+sparse\r\n", "PFMERGE @f @none", done, "EXISTS @f", one, "PFCOUNT @f", zero, "PFMERGE @d", done, "PFCOUNT @d", ":6\r\n", "PFDEBUG ENCODING @d", "+sparse\r\n",
		)},
		{Name: "the time to live of a HyperLogLog stays", Run: dialogue(
			"PFADD @h a", one, "EXPIREAT @h 4102444800", one, "PFADD @h b c d", one, "PFADD @g x y z", one, "PFMERGE @h @g", done, "PFCOUNT @h", ":7\r\n", "PFDEBUG TODENSE @h", one, "EXPIRETIME @h", ":4102444800\r\n", "PFCOUNT @h", ":7\r\n",
		)},
		{Name: "HyperLogLogs have the bytes of Redis", Run: dialogue(
			"PFADD @h a", one, "GET @h", bulk("HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80q\xa6\x84NW"), "PFADD @h b c", one, "GET @h", bulk("HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80`\xf3\x80P\xb1\x84K\xfb\x80BZ"), "PFCOUNT @h", three, "GET @h", bulk("HYLL\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00`\xf3\x80P\xb1\x84K\xfb\x80BZ"), "PFADD @h a", zero, "GET @h", bulk("HYLL\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00`\xf3\x80P\xb1\x84K\xfb\x80BZ"), "PFADD @h e", one, "GET @h", bulk("HYLL\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x80`\xf3\x80P\xb1\x84I\x8c\x80Bm\x80BZ"), "PFDEBUG DECODE @h", bulk("Z:8436 v:1,1 Z:4274 v:2,1 Z:2445 v:1,1 Z:622 v:1,1 Z:603"),
		)},
		{Name: "a HyperLogLog that is merged with a dense one is dense", Run: dialogue(
			"PFADD @a 1 2 3", one, "PFADD @b 4 5 6", one, "PFDEBUG TODENSE @b", one, "PFMERGE @a @b", done, "PFDEBUG ENCODING @a", "+dense\r\n", "STRLEN @a", ":12304\r\n", "PFCOUNT @a", ":6\r\n", "PFMERGE @c @a", done, "PFDEBUG ENCODING @c", "+dense\r\n",
		)},
		{Name: "PFDEBUG shows how a HyperLogLog is kept", Run: dialogue(
			"PFADD @h a b c", one, "PFDEBUG ENCODING @h", "+sparse\r\n", "PFDEBUG TODENSE @h", one, "PFDEBUG TODENSE @h", zero, "pfdebug encoding @h", "+dense\r\n", "STRLEN @h", ":12304\r\n", "PFCOUNT @h", three, "PFADD @h a", zero, "PFADD @h d", one, "PFCOUNT @h", ":4\r\n", "PFDEBUG DECODE @h", "-ERR HLL encoding is not sparse\r\n",
		)},
		{Name: "PFDEBUG refuses what is no HyperLogLog, and what is no subcommand", Run: dialogue(
			"PFDEBUG ENCODING @none", noSuchHLL, "PFDEBUG nosuch @none", noSuchHLL, "PFADD @h a", one, "PFDEBUG nosuch @h", "-ERR Unknown PFDEBUG subcommand 'nosuch'\r\n", "SET @s word", done, "PFDEBUG ENCODING @s", notHLL, "PFDEBUG nosuch @s", notHLL, "RPUSH @l a", one, "PFDEBUG ENCODING @l", wrongType,
		)},
		{Name: "commands of HyperLogLogs refuse other strings and types", Run: dialogue(
			"SET @s word", done, "PFADD @s a", notHLL, "PFADD @s", notHLL, "PFCOUNT @s", notHLL, "PFMERGE @s @none", notHLL, "PFMERGE @none @s", notHLL, "PFADD @h a", one, "PFCOUNT @h @s", notHLL, "PFMERGE @h @s", notHLL, "EXISTS @none", zero, "SET @n 12", done, "PFADD @n a", notHLL, "OBJECT ENCODING @n", bulk("int"), "RPUSH @l a", one, "PFADD @l a", wrongType, "PFCOUNT @l", wrongType, "PFCOUNT @h @l", wrongType, "PFMERGE @h @l", wrongType, "PFMERGE @l @h", wrongType, "GET @s", bulk("word"),
		)},
		{Name: "a string that begins like a HyperLogLog and is too short is none", Run: dialogue(
			"SET @k HYLL", done, "PFADD @k a", notHLL, "SET @k HYLLxxxxxxxxxxxx", done, "PFADD @k a", notHLL, "PFCOUNT @k", notHLL, "PFADD @h a", one, "SETRANGE @h 0 h", ":21\r\n", "PFCOUNT @h", notHLL, "SETRANGE @h 0 H", ":21\r\n", "PFCOUNT @h", one, "SETRANGE @h 4 x", ":21\r\n", "PFCOUNT @h", notHLL, "PFADD @h b", notHLL,
		)},
		{Name: "a sparse HyperLogLog with too many or too few registers is refused", Run: dialogue(
			"PFADD @h a", one, "APPEND @h xxxx", ":25\r\n", "PFCOUNT @h", corruptHLL, "PFADD @h b", one, "PFADD @g a b c", one, "SETRANGE @g 17 x", ":27\r\n", "PFADD @g d e f", one, "PFCOUNT @g @h", corruptHLL, "PFMERGE @m @h", corruptHLL, "EXISTS @m", zero,
		)},
		{Name: "a dense HyperLogLog of another length is none", Run: dialogue("PFADD @h a", one, "PFDEBUG TODENSE @h", one, "APPEND @h x", ":12305\r\n", "PFCOUNT @h", notHLL, "PFADD @h a", notHLL, "PFMERGE @g @h", notHLL)},
		{Name: "a HyperLogLog is a string", Run: dialogue(
			"PFADD @h a b c", one, "APPEND @k x", one, "COPY @h @g", one, "PFCOUNT @g", three, "RENAME @h @i", done, "PFCOUNT @i", three, "PFADD @i d", one, "PFCOUNT @g", three, "GETDEL @i", bulk("HYLL\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x80\\{\x80Dv\x80P\xb1\x84K\xfb\x80BZ"), "PFCOUNT @i", zero,
		)},
		{Name: "PFSELFTEST finds nothing wrong", Run: dialogue("PFSELFTEST", done, "pfselftest", done)},
		{Name: "a HyperLogLog of 100000 elements counts as Redis does, and is dense", Timeout: time.Minute, Run: countsLikeRedis},
		{Name: "a HyperLogLog counts any bytes", Run: hllOfAnyBytes},
		{Name: "hll-sparse-max-bytes says when a HyperLogLog becomes dense", Own: true, Run: sparseLimit},
		{Name: "PFDEBUG GETREG makes a HyperLogLog dense and answers its registers", Run: hllRegisters},
		{Name: "WATCH sees PFADD of a new element, and of no known one", Run: scene(
			"A> PFADD @h a", one, "A> WATCH @h", done, "B> PFADD @h a", zero, "A> MULTI", done, "A> EXEC", emptyList, "A> WATCH @h", done, "B> PFADD @h b", one, "A> MULTI", done, "A> EXEC", nullArray,
			"A> WATCH @h", done, "B> PFCOUNT @h", two, "A> MULTI", done, "A> EXEC", nullArray, "A> WATCH @h", done, "B> PFCOUNT @h", two, "A> MULTI", done, "A> EXEC", emptyList, "A> WATCH @h", done, "B> PFMERGE @h", done, "A> MULTI", done, "A> EXEC", nullArray,
		)},
		{Name: "the log has commands of HyperLogLogs that change something", Run: logs("PFADD h a b; PFADD h a; PFCOUNT h; PFCOUNT h; PFADD g c; PFCOUNT h g; PFMERGE h g; PFDEBUG ENCODING h", "PFADD h a b; PFCOUNT h; PFADD g c; PFMERGE h g")},
		{Name: "HyperLogLogs are there after kill -9, byte for byte", Run: kept("PFADD h a b c", one, "PFCOUNT h", three, "PFADD g d", one, "PFDEBUG TODENSE g", one, "PFADD g e", one, "PFMERGE m h g", done, "PFADD e", one)},
		{Name: "a server that is full refuses PFADD and counts", Args: noLimit, Run: func(t *T) {
			speak(t.Dial(), plain, "PFADD h a", one, "CONFIG SET maxmemory 1", done, "PFADD h b", oom, "PFMERGE g h", oom, "PFDEBUG ENCODING h", oom, "PFCOUNT h", one)
		}},
		{Name: "arguments are counted: PFMERGE and PFDEBUG", Run: answers(cmd("PFMERGE")+cmd("PFDEBUG")+cmd("PFDEBUG", "ENCODING")+cmd("PFDEBUG", "ENCODING", "h", "x"), wrongArity("pfmerge")+wrongArity("pfdebug")+wrongArity("pfdebug")+wrongArity("pfdebug"))},
		{Name: "COMMAND GETKEYS finds the keys of PFMERGE and PFCOUNT", Run: answers(cmd("COMMAND", "GETKEYS", "PFMERGE", "d", "a", "b")+cmd("COMMAND", "GETKEYS", "PFCOUNT", "a", "b")+cmd("COMMAND", "GETKEYS", "PFDEBUG", "ENCODING", "a"), bulks("d a b")+bulks("a b")+bulks("a"))},
	}
	for _, r := range hllRows {
		rows = append(
			rows,
			conformance.Case{Name: "COMMAND INFO describes " + r.name, Run: answers(cmd("COMMAND", "INFO", r.name), array(r.info()))},
			conformance.Case{Name: "arguments are counted: " + strings.ToUpper(r.name), Run: r.countsArguments},
		)
	}
	return in(8, "HyperLogLog and cardinality estimation", rows)
}

// addElements adds the elements e0 to e(n-1), a hundred a request.
func addElements(c *conformance.Conn, key string, from, to int) {
	for ; from < to; from += 100 {
		args := []string{"PFADD", key}
		for i := from; i < min(from+100, to); i++ {
			args = append(args, "e"+strconv.Itoa(i))
		}
		c.Call(args...)
	}
}

// countsLikeRedis has the numbers that Redis 7.0.15 answers: the hash and the estimate are
// the same.
func countsLikeRedis(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	from := 0
	for _, at := range []struct {
		n, count int64
		encoding string
	}{
		{1, 1, "sparse"},
		{2, 2, "sparse"},
		{10, 10, "sparse"},
		{100, 100, "sparse"},
		{500, 506, "sparse"},
		{1000, 1008, "sparse"},
		{1500, 1509, "sparse"},
		{2000, 2000, "dense"},
		{5000, 4968, "dense"},
		{10000, 9973, "dense"},
		{50000, 49978, "dense"},
		{100000, 100853, "dense"},
	} {
		addElements(c, k, from, int(at.n))
		from = int(at.n)
		c.Exchange(cmd("PFCOUNT", k)+cmd("PFCOUNT", k)+cmd("PFDEBUG", "ENCODING", k), integer(at.count)+integer(at.count)+"+"+at.encoding+"\r\n")
	}
}

func hllOfAnyBytes(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	words := []string{"", "\x00", "\x00\x00", "\r\n", everyValue, numbered(100_000), "a", "b"}
	for i, w := range words {
		c.Exchange(cmd("PFADD", k, w)+cmd("PFADD", k, w, w)+cmd("PFCOUNT", k), one+zero+integer(int64(i+1)))
	}
}

func sparseLimit(t *T) {
	c := t.Dial()
	encodings := func(want string) {
		for n, e := range strings.Fields(want) {
			k := fmt.Sprintf("h:%s:%d", want, n)
			addElements(c, k, 0, []int{1, 10, 100, 1000, 5000}[n])
			require.Equal(t, e, c.Call("PFDEBUG", "ENCODING", k).Text, k)
		}
	}
	speak(c, plain, "CONFIG SET hll-sparse-max-bytes 0", done)
	encodings("dense dense dense dense dense")
	speak(c, plain, "CONFIG SET hll-sparse-max-bytes 32", done)
	encodings("sparse dense dense dense dense")
	speak(c, plain, "CONFIG SET hll-sparse-max-bytes 100", done)
	encodings("sparse sparse dense dense dense")
	speak(c, plain, "CONFIG SET hll-sparse-max-bytes 3000", done)
	encodings("sparse sparse sparse sparse dense")
	speak(c, plain, "CONFIG SET hll-sparse-max-bytes 16000", done)
	encodings("sparse sparse sparse sparse sparse")
}

func hllRegisters(t *T) {
	c, k := t.Dial(), newKeys().key("h")
	c.Exchange(cmd("PFADD", k, "a", "b", "c"), one)
	registers := c.Call("PFDEBUG", "GETREG", k).Elems
	require.Len(t, registers, 16384)
	set := map[int]int64{}
	for i, r := range registers {
		if r.Int != 0 {
			set[i] = r.Int
		}
	}
	require.Equal(t, map[int]int64{8436: 1, 12711: 2, 15780: 1}, set)
	c.Exchange(cmd("PFDEBUG", "ENCODING", k)+cmd("PFCOUNT", k), "+dense\r\n"+three)
}

// mergesAlike merges two HyperLogLogs of the same 6,000 things: many registers are above one, so
// that anything but their maximum shows.
func mergesAlike(t *T) {
	c, own := t.Dial(), newKeys()
	things := make([]string, 6000)
	for i := range things {
		things[i] = strconv.Itoa(i)
	}
	for _, key := range []string{"a", "b"} {
		require.EqualValues(t, 1, c.Call(append([]string{"PFADD", own.key(key)}, things...)...).Int)
	}
	count := c.Call("PFCOUNT", own.key("a")).Int
	require.InDelta(t, len(things), count, 300)
	require.Equal(t, count, c.Call("PFCOUNT", own.key("a"), own.key("b")).Int)
	speak(c, own, "PFMERGE @c @a @b", done)
	require.Equal(t, count, c.Call("PFCOUNT", own.key("c")).Int)
	require.Equal(t, c.Call("PFDEBUG", "GETREG", own.key("a")), c.Call("PFDEBUG", "GETREG", own.key("c")))
}
