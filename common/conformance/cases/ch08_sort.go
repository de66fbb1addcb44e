// ch08_sort.go: SORT and SORT_RO, with every option.

package cases

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	notSortable = "-ERR One or more scores can't be converted into double\r\n"
)

// sorted is a case on this data: the list n of 3 1 2 10 -1 0.5; a list l with a word in it; the
// set s, the sorted set z; keys by which they can be sorted, and hashes.
func sorted(name string, steps ...string) conformance.Case {
	data := []string{
		"RPUSH @n 3 1 2 10 -1 0.5", ":6\r\n", "RPUSH @l 3 1 2 10 x", ":5\r\n", "SADD @s c a b 1", ":4\r\n", "ZADD @z 3 a 1 b 2 c", ":3\r\n",
		"SET @w_1 5", done, "SET @w_2 4", done, "SET @w_3 3", done, "SET @d_1 one", done, "SET @d_2 two", done, "HSET @h_1 f v1 s 9", ":2\r\n", "HSET @h_2 f v2 s 8", ":2\r\n",
	}
	return conformance.Case{Name: name, Run: dialogue(slices.Concat(data, steps)...)}
}

// orNil is an array of bulk strings, a word each; "_" is null.
func orNil(words string) string {
	var elements []string
	for _, w := range strings.Fields(words) {
		if w == "_" {
			elements = append(elements, nilBulk)
		} else {
			elements = append(elements, bulk(w))
		}
	}
	return array(elements...)
}

func sorting() list {
	return in(8, lesson8LFU, afterNoOverflow(list{
		sorted("SORT sorts numbers", "SORT @n", bulks("-1 0.5 1 2 3 10"), "sort @n desc", bulks("10 3 2 1 0.5 -1"), "SORT @n ASC", bulks("-1 0.5 1 2 3 10"), "SORT @n ASC DESC ASC", bulks("-1 0.5 1 2 3 10"), "SORT_RO @n DESC", bulks("10 3 2 1 0.5 -1")),
		sorted("SORT ALPHA sorts bytes", "SORT @l ALPHA", bulks("1 10 2 3 x"), "SORT @l alpha desc", bulks("x 3 2 10 1"), "SORT @s ALPHA", bulks("1 a b c"), "SORT @s ALPHA DESC", bulks("c b a 1"), "SORT @z ALPHA", bulks("a b c"), "SORT_RO @z ALPHA DESC", bulks("c b a")),
		sorted("SORT refuses what is no number", "SORT @l", notSortable, "SORT @s", notSortable, "SORT @z", notSortable, "SORT @n BY @d_*", notSortable, "SORT @l STORE @out", notSortable, "EXISTS @out", zero, "SORT_RO @l", notSortable),
		sorted("SORT LIMIT takes some of the elements", "SORT @n LIMIT 1 2", bulks("0.5 1"), "SORT @n LIMIT -5 2", bulks("-1 0.5"), "SORT @n LIMIT 10 2", emptyList, "SORT @n LIMIT 2 -1", bulks("1 2 3 10"), "SORT @n LIMIT 2 -7", bulks("1 2 3 10"),
			"SORT @n LIMIT 0 0", emptyList, "SORT @n LIMIT "+most+" "+most, emptyList, "SORT @n LIMIT "+least+" "+least, bulks("-1 0.5 1 2 3 10"), "SORT @n LIMIT 0 100", bulks("-1 0.5 1 2 3 10"), "SORT @n LIMIT 5 1 DESC", bulks("-1"), "SORT @n LIMIT 6 1", emptyList,
			"SORT @l LIMIT 0 1 ALPHA LIMIT 1 2", bulks("10 2"), "SORT_RO @n LIMIT 4 9", bulks("3 10")),
		sorted("SORT BY sorts by other keys, and by 0 where there is none", "SORT @n BY @w_*", bulks("-1 0.5 10 3 2 1"), "SORT @n BY @w_* DESC", bulks("1 2 3 10 0.5 -1"), "SORT @n BY @none_*", bulks("-1 0.5 1 10 2 3"), "SORT @n BY @none_* DESC", bulks("3 2 10 1 0.5 -1"), "SORT_RO @n BY @w_* LIMIT 1 2", bulks("0.5 10")),
		sorted("SORT BY ALPHA has what has no key in front", "SORT @n BY @d_* ALPHA", bulks("3 10 -1 0.5 1 2"), "SORT @n BY @d_* ALPHA DESC", bulks("2 1 3 10 -1 0.5"), "SORT @n BY @none_* ALPHA", bulks("3 1 2 10 -1 0.5")),
		sorted("SORT BY a hash's field", "SORT @n BY @h_*->s ALPHA", bulks("3 10 -1 0.5 2 1"), "SORT @n BY @h_*->s", bulks("-1 0.5 10 3 2 1"), "SORT @n BY @h_*->none", bulks("-1 0.5 1 10 2 3"), "SORT @n BY @h_*", bulks("-1 0.5 1 10 2 3"), "SORT @n BY @w_*->f", bulks("-1 0.5 1 10 2 3")),
		sorted("SORT BY without a star takes elements as they stand", "SORT @l BY nosort", bulks("3 1 2 10 x"), "SORT @l BY nosort DESC", bulks("x 10 2 1 3"), "SORT @l BY nosort LIMIT 1 2", bulks("1 2"), "SORT @l BY nosort DESC LIMIT 1 2", bulks("10 2"), "SORT @l BY #", bulks("3 1 2 10 x"), "SORT @l BY @w_1 ALPHA", bulks("3 1 2 10 x"),
			"SORT @z BY nosort", bulks("b c a"), "SORT @z BY nosort DESC", bulks("a c b"), "SORT @z BY nosort LIMIT 1 1", bulks("c"), "SORT @z BY nosort DESC LIMIT 1 1", bulks("c"), "SORT @z BY nosort LIMIT 1 -1", bulks("c a"), "SORT @z BY nosort LIMIT 3 1", emptyList, "SORT @z BY nosort LIMIT 0 0", emptyList, "SORT @l BY nosort LIMIT 9 9", emptyList,
			"SORT @l BY nosort BY @w_*", bulks("3 1 2 10 x"), "SORT @l BY @w_* BY nosort", bulks("3 1 2 10 x")),
		sorted("SORT GET answers other keys", "SORT @n GET # GET @d_* GET @h_*->f", orNil("-1 _ _ 0.5 _ _ 1 one v1 2 two v2 3 _ _ 10 _ _"), "SORT @n GET nostar", orNil("_ _ _ _ _ _"), "SORT @n GET @h_*->", orNil("_ _ _ _ _ _"), "SORT @n GET @h_*", orNil("_ _ _ _ _ _"), "SORT @n GET @w_*->f", orNil("_ _ _ _ _ _"),
			"SORT @n GET ##", orNil("_ _ _ _ _ _"), "SORT @n LIMIT 2 2 GET @w_* DESC", orNil("4 5"), "SORT @n BY @w_* LIMIT 3 3 GET # GET #", bulks("3 3 2 2 1 1"), "SORT @z BY nosort GET # GET @d_*", orNil("b _ c _ a _"), "SORT_RO @n GET @d_* LIMIT 2 1", bulks("one")),
		sorted("SORT STORE makes a list, in the place of anything", "SORT @n STORE @out", ":6\r\n", "LRANGE @out 0 -1", bulks("-1 0.5 1 2 3 10"), "TYPE @out", "+list\r\n", "OBJECT ENCODING @out", bulk("quicklist"), "SORT @n GET @d_* STORE @out", ":6\r\n", "LRANGE @out 0 -1", array(bulk(""), bulk(""), bulk("one"), bulk("two"), bulk(""), bulk("")),
			"SORT @n STORE @n", ":6\r\n", "LRANGE @n 0 -1", bulks("-1 0.5 1 2 3 10"), "EXPIRE @w_1 1000", one, "SORT @n STORE @w_1 LIMIT 0 2", ":2\r\n", "LRANGE @w_1 0 -1", bulks("-1 0.5"), "TTL @w_1", noTTL, "SORT @n STORE @a STORE @b", ":6\r\n", "EXISTS @a", zero, "LLEN @b", ":6\r\n"),
		sorted("SORT STORE of nothing deletes", "SET @out v", done, "SORT @n LIMIT 10 10 STORE @out", zero, "EXISTS @out", zero, "SET @out v", done, "SORT @none STORE @out", zero, "EXISTS @out", zero, "SORT @none STORE @out", zero),
		sorted("SORT STORE of a set that is not sorted sorts it", "SORT @s BY nosort STORE @o", ":4\r\n", "LRANGE @o 0 -1", bulks("1 a b c"), "SORT @s BY nosort DESC STORE @o", ":4\r\n", "LRANGE @o 0 -1", bulks("c b a 1"), "SORT @s BY nosort LIMIT 1 2 STORE @o", ":2\r\n", "LRANGE @o 0 -1", bulks("a b"),
			"SORT @z BY nosort DESC LIMIT 0 2 STORE @o", ":2\r\n", "LRANGE @o 0 -1", bulks("a c")),
		sorted("SORT wants a list, a set or a sorted set", "SORT @w_1", wrongType, "SORT @h_1", wrongType, "SORT_RO @h_1", wrongType, "SORT @w_1 STORE @x", wrongType, "SORT @w_1 nosuch", syntax, "SORT @w_1 LIMIT 1 b", noInteger),
		sorted("SORT refuses wrong options", "SORT @n nosuch", syntax, "SORT @n LIMIT 0", syntax, "SORT @n LIMIT", syntax, "SORT @n LIMIT a 1", noInteger, "SORT @n LIMIT 1 b ALPHA", noInteger, "SORT @n LIMIT 1 9223372036854775808", noInteger, "SORT @n STORE", syntax, "SORT @n BY", syntax, "SORT @n GET", syntax, "SORT_RO @n STORE @x", syntax, "SORT @none nosuch", syntax, "SORT @n ALPHA BY", syntax),
		sorted("SORT of a key that is not there is empty", "SORT @none", emptyList, "SORT_RO @none", emptyList, "SORT @none ALPHA DESC LIMIT 0 1 BY @w_* GET #", emptyList),
		{Name: "SORT without a key is refused", Run: answers(cmd("SORT")+cmd("SORT_RO"), wrongArity("sort")+wrongArity("sort_ro"))},
		{Name: "SORT takes numbers as C does", Run: sortsNumbers},
		{Name: "SORT sees a NUL as C does", Run: sortsNULs},
		{Name: "SORT finds no expired keys", Run: onceExpired("RPUSH @n 2 1 3", ":3\r\n", "SET @ v", done, "SORT @k", emptyList, "SORT @k2 STORE @x", zero)},
		{Name: "SORT counts with equal scores by the bytes", Run: dialogue("RPUSH @e c b a 1 01", ":5\r\n", "RPUSH @f 1 01 1.0 +1", ":4\r\n", "SORT @f", bulks("+1 01 1 1.0"), "SORT @f DESC", bulks("1.0 1 01 +1"), "SORT @e BY @none_*", bulks("01 1 a b c"))},
		{Name: "SORT of many elements of every type is in order", Run: sortsMany},
		{Name: "SORT STORE is logged, and SORT is not", Run: logsSort},
		{Name: "SORT STORE tells who watches", Run: scene("B> RPUSH @l 2 1", ":2\r\n", "A> WATCH @out", done, "B> SORT @l STORE @out", ":2\r\n", "A> MULTI", done, "A> PING", queued, "A> EXEC", nullArray)},
		{Name: "COMMAND GETKEYS finds the keys of SORT", Run: dialogue(
			"COMMAND GETKEYS SORT a BY b GET c STORE d", bulks("a d"), "COMMAND GETKEYS SORT_RO a BY b", bulks("a"), "COMMAND GETKEYS SORT a", bulks("a"), "COMMAND GETKEYS SORT a STORE b STORE c", bulks("a c"), "COMMAND GETKEYS SORT a BY store STORE x", bulks("a x"))},
		{Name: "COMMAND INFO describes SORT", Run: func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("COMMAND", "INFO", "sort_ro"), "*1\r\n*10\r\n$7\r\nsort_ro\r\n:-2\r\n*2\r\n+readonly\r\n+movablekeys\r\n:1\r\n:1\r\n:1\r\n*6\r\n+@read\r\n+@set\r\n+@sortedset\r\n+@list\r\n+@slow\r\n+@dangerous\r\n*0\r\n*2\r\n"+
				"*6\r\n$5\r\nflags\r\n*2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n*2\r\n$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n*6\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n"+
				"*8\r\n$5\r\nnotes\r\n"+bulk("For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort")+"$5\r\nflags\r\n*2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$7\r\nunknown\r\n$4\r\nspec\r\n*0\r\n$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$7\r\nunknown\r\n$4\r\nspec\r\n*0\r\n*0\r\n")
			require.Equal(t, []string{"write", "denyoom", "movablekeys"}, c.Call("COMMAND", "INFO", "sort").Elems[0].Elems[2].Strings())
		}},
	}))
}

// afterNoOverflow gives each case a server of its own, on which the last number that was read
// was not too large. SORT of redis-server looks at C's errno and does not clear it before: a
// ZADD of 1e400, by anybody, makes it refuse numbers that are right.
func afterNoOverflow(rows list) list {
	for i := range rows {
		run := rows[i].Run
		rows[i].Own = true
		rows[i].Run = func(t *T) {
			own := newKeys()
			t.Dial().Exchange(own.cmd("INCRBYFLOAT @float 1.5")+own.cmd("DEL @float"), bulk("1.5")+one)
			run(t)
		}
	}
	return rows
}

func sortsNumbers(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	c.Exchange(cmd("RPUSH", l, " 1", "0x10", "inf", "-inf", "", "\t-2")+cmd("SORT", l), ":6\r\n"+array(bulk("-inf"), bulk("\t-2"), bulk(""), bulk(" 1"), bulk("0x10"), bulk("inf")))
	for _, none := range []string{"3 ", "nan", "1e400", "1e-400", "1_0", "one", "1,5", "--1"} {
		c.Exchange(cmd("RPUSH", l, none)+cmd("SORT", l)+cmd("RPOP", l), ":7\r\n"+notSortable+bulk(none))
	}
}

func sortsNULs(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	c.Exchange(cmd("RPUSH", l, "12\x00x", "3\x00", "\x00")+cmd("SORT", l), ":3\r\n"+array(bulk("\x00"), bulk("3\x00"), bulk("12\x00x")))
	c.Exchange(cmd("SET", own.key("x\x00*"), "v")+cmd("SORT", l, "BY", own.key("x\x00*")), done+array(bulk("12\x00x"), bulk("3\x00"), bulk("\x00")))
	c.Exchange(cmd("HSET", own.key("12\x00x"), "f\x00g", "v")+cmd("SORT", l, "DESC", "LIMIT", "0", "1", "GET", own.key("*->f\x00g")), one+array(bulk("v")))
}

// sortsMany compares with Go's sort, in small and large encodings.
func sortsMany(t *T) {
	c, own := t.Dial(), newKeys()
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 100, 1000} {
		var numbers []int
		for _, x := range random.Perm(4 * n)[:n] {
			numbers = append(numbers, x-2*n)
		}
		for i, make := range []string{"RPUSH", "SADD", "ZADD"} {
			key := own.key(strconv.Itoa(n) + make)
			for _, x := range numbers {
				words := []string{make, key, strconv.Itoa(x)}
				if i == 2 {
					words = []string{make, key, strconv.Itoa(-x), strconv.Itoa(x)}
				}
				c.Call(words...)
			}
			want := slices.Sorted(slices.Values(numbers))
			var texts []string
			for _, x := range want {
				texts = append(texts, strconv.Itoa(x))
			}
			require.Equal(t, texts, c.Call("SORT", key).Strings(), make)
			require.Equal(t, texts[n/3:n/3+n/2], append([]string{}, c.Call("SORT", key, "LIMIT", strconv.Itoa(n/3), strconv.Itoa(n/2)).Strings()...), make)
			slices.Sort(texts)
			require.Equal(t, texts, c.Call("SORT_RO", key, "ALPHA").Strings(), make)
			c.Exchange(cmd("SORT", key, "STORE", own.key("out"))+cmd("LLEN", own.key("out")), integer(int64(n))+integer(int64(n)))
		}
	}
}

func logsSort(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SADD s 3 1 2", ":3\r\n", "SET out v", done, "SORT s", bulks("1 2 3"), "SORT_RO s", bulks("1 2 3"), "SORT s BY nosort DESC STORE out", ":3\r\n", "SORT none STORE nothing", zero, "SORT none STORE out", zero, "SORT s STORE out", ":3\r\n")
	require.Equal(t, []string{"SELECT 0", "SADD s 3 1 2", "SET out v", "SORT s BY nosort DESC STORE out", "SORT none STORE out", "SORT s STORE out"}, recordsBut(t, d.read(incr1)))
	s.Kill()
	_, c = d.start()
	speak(c, plain, "LRANGE out 0 -1", bulks("1 2 3"))
}
