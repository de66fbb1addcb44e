// ch08_sets_algebra.go: what sets have in common, together, and one without the others.

package cases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
)

func setAlgebra() list {
	return in(8, lesson8Sets, list{
		{Name: "SINTER, SUNION and SDIFF of some sets", Run: unordered(
			"SADD @a 1 2 3 x", ":4\r\n", "SADD @b 2 3 4", ":3\r\n", "SADD @c 3 x y", ":3\r\n",
			"SINTER @a", "~1 2 3 x", "SINTER @a @b", "~2 3", "SINTER @b @a @c", bulks("3"), "SINTER @a @b @none", emptyList, "SINTER @none", emptyList,
			"SUNION @a", "~1 2 3 x", "SUNION @b @c", "~2 3 4 x y", "SUNION @none @b @none", "~2 3 4", "SUNION @none", emptyList,
			"SDIFF @a", "~1 2 3 x", "SDIFF @a @b", "~1 x", "SDIFF @a @b @c", bulks("1"), "SDIFF @a @none @c", "~1 2", "SDIFF @none @a", emptyList, "SDIFF @b @a @c @b", emptyList,
		)},
		{Name: "a set that is named several times is one", Run: unordered(
			"SADD @a 1 2 3", ":3\r\n", "SADD @b 2 x", ":2\r\n", "SINTER @a @a @a", "~1 2 3", "SUNION @a @b @a @b", "~1 2 3 x", "SDIFF @a @a", emptyList, "SDIFF @a @b @b", "~1 3", "SDIFF @b @none @b", emptyList, "SINTERCARD 3 @a @b @a", one, "SINTERCARD 2 @a @a", ":3\r\n",
		)},
		{Name: "results are stored in the place of anything", Run: unordered(
			"SADD @a 1 2 3", ":3\r\n", "SADD @b 2 3 4", ":3\r\n", "SET @d text EX 1000", done, "SINTERSTORE @d @a @b", ":2\r\n", "TYPE @d", "+set\r\n", "TTL @d", noTTL, "SMEMBERS @d", "~2 3", "OBJECT ENCODING @d", bulk("intset"),
			"EXPIRE @d 1000", one, "SUNIONSTORE @d @a @b", ":4\r\n", "TTL @d", noTTL, "SMEMBERS @d", "~1 2 3 4", "RPUSH @l x", one, "SDIFFSTORE @l @a @b", one, "SMEMBERS @l", bulks("1"), "HSET @h f v", one, "SUNIONSTORE @h @none", zero, "EXISTS @h", zero,
		)},
		{Name: "an empty result deletes what was there", Run: dialogue(
			"SADD @a 1", one, "SADD @b 2", one, "SET @d v", done, "SINTERSTORE @d @a @b", zero, "EXISTS @d", zero, "SADD @d x", one, "SUNIONSTORE @d @none @none2", zero, "EXISTS @d", zero, "SDIFFSTORE @a @a @a", zero, "EXISTS @a", zero, "SDIFFSTORE @none @none @b", zero, "EXISTS @none", zero,
		)},
		{Name: "a result may be stored over one of its sets", Run: unordered(
			"SADD @a 1 2 3", ":3\r\n", "SADD @b 2 3 x", ":3\r\n", "EXPIRE @a 1000", one, "SINTERSTORE @a @a @b", ":2\r\n", "SMEMBERS @a", "~2 3", "TTL @a", noTTL, "SUNIONSTORE @b @a @b", ":3\r\n", "SMEMBERS @b", "~2 3 x", "SDIFFSTORE @b @b @a", one, "SMEMBERS @b", bulks("x"), "SUNIONSTORE @a @a", ":2\r\n",
		)},
		{Name: "SINTERCARD counts up to LIMIT", Run: dialogue(
			"SADD @a 1 2 3 4 5", ":5\r\n", "SADD @b 2 3 4 x", ":4\r\n", "SINTERCARD 1 @a", ":5\r\n", "SINTERCARD 2 @a @b", ":3\r\n", "SINTERCARD 2 @b @a LIMIT 0", ":3\r\n", "SINTERCARD 2 @a @b LIMIT 1", one, "SINTERCARD 2 @a @b limit 2", ":2\r\n", "SINTERCARD 2 @a @b LIMIT 3", ":3\r\n",
			"SINTERCARD 2 @a @b LIMIT "+most, ":3\r\n", "SINTERCARD 2 @a @b LIMIT 1 LIMIT 2", ":2\r\n", "SINTERCARD 1 @a LIMIT 4", ":4\r\n", "SINTERCARD 2 @a @none", zero, "SINTERCARD 2 @none @a LIMIT 1", zero, "SINTERCARD 01 @a", "-ERR numkeys should be greater than 0\r\n",
		)},
		{Name: "a stored result is an intset if all its members are integers", Run: dialogue(
			"SADD @a 1 2 x", ":3\r\n", "SADD @b 1 2 y", ":3\r\n", "SINTERSTORE @d @a @b", ":2\r\n", "OBJECT ENCODING @d", bulk("intset"), "SUNIONSTORE @d @a @b", ":4\r\n", "OBJECT ENCODING @d", bulk("hashtable"), "SREM @a x", one, "OBJECT ENCODING @a", bulk("hashtable"), "SUNIONSTORE @d @a", ":2\r\n", "OBJECT ENCODING @d", bulk("intset"),
		)},
		// Where the first set is large and the others are many and small, its copy loses
		// their members one by one. It does not become an intset by that.
		{Name: "SDIFFSTORE takes the way that costs less, and its encoding tells which", Run: dialogue(
			"SADD @a 1 2 3 4 5 6 7 8 9 x", ":10\r\n", "SADD @b x", one, "SADD @c 20", one, "SADD @e 1 2 3 4", ":4\r\n", "SDIFFSTORE @d @a @b", ":9\r\n", "OBJECT ENCODING @d", bulk("intset"), "SDIFFSTORE @d @a @b @c", ":9\r\n", "OBJECT ENCODING @d", bulk("hashtable"),
			"SDIFFSTORE @d @a @b @none @none", ":9\r\n", "OBJECT ENCODING @d", bulk("intset"), "SDIFFSTORE @d @a @b @e", ":5\r\n", "OBJECT ENCODING @d", bulk("intset"), "SDIFFSTORE @d @a @b @e @c", ":5\r\n", "OBJECT ENCODING @d", bulk("hashtable"), "SDIFFSTORE @d @a @b @b @a", zero, "SDIFFSTORE @a @a @b @c", ":9\r\n", "OBJECT ENCODING @a", bulk("hashtable"),
		)},
		{Name: "results of sets of all sizes are those of mathematics", Timeout: time.Minute, Run: algebraIsAModel},
		{Name: "results of large sets", Own: true, Timeout: time.Minute, Run: largeAlgebra},
	})
}

// algebraIsAModel combines sets that a seed gives: of integers, of words, and of both.
func algebraIsAModel(t *T) {
	c, random := t.Dial(), rand.New(rand.NewPCG(8, 2))
	for range 150 {
		own := newKeys()
		names, models := []string{}, []map[string]bool{}
		for i := range 1 + random.IntN(5) {
			names, models = append(names, own.key(strconv.Itoa(i))), append(models, map[string]bool{})
			for range random.IntN([]int{3, 20, 60}[random.IntN(3)]) {
				member := strconv.Itoa(random.IntN(40) - 5)
				if i%2 == 1 && random.IntN(3) == 0 {
					member = "word" + member
				}
				models[i][member] = true
				c.Call("SADD", names[i], member)
			}
		}
		all, common, first := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, model := range models {
			for member := range model {
				all[member] = true
			}
		}
		for member := range all {
			have := slices.ContainsFunc(models[1:], func(m map[string]bool) bool { return m[member] })
			lack := slices.ContainsFunc(models, func(m map[string]bool) bool { return !m[member] })
			if !lack {
				common[member] = true
			}
			if models[0][member] && !have {
				first[member] = true
			}
		}
		for name, want := range map[string]map[string]bool{"SINTER": common, "SUNION": all, "SDIFF": first} {
			members := []string{}
			for member := range want {
				members = append(members, member)
			}
			what := fmt.Sprint(name, " ", models)
			require.ElementsMatch(t, members, c.Call(slices.Concat([]string{name}, names)...).Strings(), what)
			require.EqualValues(t, len(members), c.Call(slices.Concat([]string{name + "STORE", own.key("d")}, names)...).Int, what)
			require.ElementsMatch(t, members, c.Call("SMEMBERS", own.key("d")).Strings(), what)
		}
		limit := random.IntN(10)
		n := len(common)
		if limit > 0 {
			n = min(n, limit)
		}
		require.EqualValues(t, n, c.Call(slices.Concat([]string{"SINTERCARD", strconv.Itoa(len(names))}, names, []string{"LIMIT", strconv.Itoa(limit)})...).Int)
	}
}

// largeAlgebra has the multiples of 2, 3 and 5.
func largeAlgebra(t *T) {
	const n = 60_000
	c := t.Dial()
	for _, step := range []int{2, 3, 5} {
		inBatches(t, c, 0, n/step, func(i int) (string, string) { return cmd("SADD", strconv.Itoa(step), strconv.Itoa(i*step)), one })
	}
	multiples := func(step int) int64 { return n / int64(step) }
	for _, result := range []struct {
		request string
		size    int64
	}{
		{"SINTERSTORE d 2 3", multiples(6)},
		{"SINTERSTORE d 5 2 3", multiples(30)},
		{"SUNIONSTORE d 2 3", multiples(2) + multiples(3) - multiples(6)},
		{"SDIFFSTORE d 2 3", multiples(2) - multiples(6)},
		{"SDIFFSTORE d 2 5 none", multiples(2) - multiples(10)},
		{"SDIFFSTORE d 2 3 5 3 5", multiples(2) - multiples(6) - multiples(10) + multiples(30)},
		{"SUNIONSTORE d 2 3 5", multiples(2) + multiples(3) + multiples(5) - multiples(6) - multiples(10) - multiples(15) + multiples(30)},
	} {
		speak(c, plain, result.request, integer(result.size), "SCARD d", integer(result.size), "SINTERCARD 2 d d", integer(result.size), "SINTERCARD 2 d d LIMIT 100", ":100\r\n")
		require.Len(t, c.Call("SMEMBERS", "d").Elems, int(result.size))
	}
}
