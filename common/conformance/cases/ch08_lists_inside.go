// ch08_lists_inside.go: lists: what is looked for, changed, put in and taken out in the middle.

package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"redis-internals/common/conformance"
)

const (
	zeroRank   = "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list\r\n"
	lessCount  = "-ERR COUNT can't be negative\r\n"
	lessMaxlen = "-ERR MAXLEN can't be negative\r\n"
)

func listsInside() list {
	rows := list{
		{Name: "LSET puts another element at a place", Run: dialogue("RPUSH @l a b c", integer(3), "LSET @l 1 x", done, "LSET @l -1 17", done, "LSET @l -3 y", done, "LRANGE @l 0 -1", bulks("y x 17"))},
		{Name: "LSET looks at the key, then at the number, then at the place", Run: dialogue(
			"LSET @none x a", noSuchKey, "LSET @none 0 a", noSuchKey, "SET @s v", done, "LSET @s x a", wrongType, "RPUSH @l a", one, "LSET @l x a", noInteger, "LSET @l 1 a", noPlace, "LSET @l -2 a", noPlace, "LSET @l "+least+" a", noPlace, "LRANGE @l 0 -1", bulks("a"),
		)},
		{Name: "LINSERT puts an element before or after another one", Run: dialogue(
			"RPUSH @l a b 3", integer(3), "LINSERT @l BEFORE b x", integer(4), "LINSERT @l after 3 y", integer(5), "LINSERT @l bEFORE a 7", integer(6), "LRANGE @l 0 -1", bulks("7 a x b 3 y"),
		)},
		{Name: "LINSERT finds the first of equal elements", Run: dialogue("RPUSH @l a b a b", integer(4), "LINSERT @l BEFORE b x", integer(5), "LINSERT @l AFTER a y", integer(6), "LRANGE @l 0 -1", bulks("a y x b a b"))},
		{Name: "LINSERT answers -1 for no such element and 0 for no list", Run: dialogue("RPUSH @l a", one, "LINSERT @l AFTER b x", integer(-1), "LINSERT @none BEFORE a x", zero, "EXISTS @none", zero, "LLEN @l", one)},
		{Name: "LINSERT looks at BEFORE and AFTER before the key", Run: dialogue("SET @s v", done, "LINSERT @s WHERE a b", syntax, "LINSERT @none BEFOREX a b", syntax, "LINSERT @s AFTER a b", wrongType)},
		{Name: "LREM takes away from the front, from the end, or all", Run: dialogue(
			"RPUSH @l a b a c a b a", integer(7), "LREM @l 1 a", one, "LRANGE @l 0 -1", bulks("b a c a b a"), "LREM @l -2 a", integer(2), "LRANGE @l 0 -1", bulks("b a c b"), "LREM @l 0 b", integer(2), "LRANGE @l 0 -1", bulks("a c"),
			"LREM @l 5 c", one, "LREM @l -5 x", zero, "LREM @l -5 a", one, "EXISTS @l", zero, "LREM @l 0 a", zero,
		)},
		{Name: "LREM takes the lowest and the highest count", Run: dialogue("RPUSH @l a b a", integer(3), "LREM @l "+most+" a", integer(2), "RPUSH @l a a", integer(3), "LREM @l "+least+" a", integer(2), "LRANGE @l 0 -1", bulks("b"))},
		{Name: "LREM looks at the number before the key", Run: refusesRemovals},
		{Name: "LTRIM leaves what is between two places, for all pairs", Run: trimsOfLists},
		{Name: "LPOS answers the place of an element, or nil", Run: dialogue("RPUSH @l a b 3 a", integer(4), "LPOS @l a", zero, "LPOS @l 3", integer(2), "LPOS @l x", nilBulk, "LPOS @none a", nilBulk)},
		{Name: "LPOS with COUNT answers an array", Run: dialogue("RPUSH @l a b a", integer(3), "LPOS @l a COUNT 0", array(zero, integer(2)), "LPOS @l a COUNT 1", array(zero), "LPOS @l x COUNT 1", emptyList, "LPOS @none a COUNT 0", emptyList)},
		{Name: "LPOS finds what RANK, COUNT and MAXLEN say, for all of them", Run: placesFound},
		{Name: "LPOS takes the last of an option that comes twice", Run: dialogue("RPUSH @l a b a c a", integer(5), "LPOS @l a RANK 2 RANK 3", integer(4), "LPOS @l a COUNT 1 rank 2 count 2", array(integer(2), integer(4)), "LPOS @l a MAXLEN 1 COUNT 0 MAXLEN 3", array(zero, integer(2)))},
		{Name: "LPOS refuses options that are none, before it looks at the key", Run: refusesPosOptions},
	}
	return in(8, lesson8Lists, append(rows, onEveryNode()...))
}

func refusesRemovals(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @l a", one, "SET @s v", done)
	for _, word := range notLong {
		for _, key := range []string{"l", "s", "none"} {
			c.Exchange(cmd("LREM", own.key(key), word, "a"), noInteger)
		}
	}
	speak(c, own, "LLEN @l", one)
}

func trimsOfLists(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	fill := cmd(append([]string{"RPUSH", l}, fiveElements...)...)
	for _, from := range places {
		for _, to := range places {
			left := partOf(fiveElements, from, to)
			exists := integer(int64(min(1, len(left))))
			c.Exchange(fill+cmd("LTRIM", l, from, to)+cmd("LRANGE", l, "0", "-1")+cmd("EXISTS", l)+cmd("DEL", l), integer(5)+done+bulks(strings.Join(left, " "))+exists+exists)
		}
	}
}

// found are the places that LPOS answers: of those that are equal, from the rank-th on, so
// many, looking at no more than maxLen elements. 0 is all.
func found(elements []string, element string, rank, count, maxLen int) (places []int) {
	order := make([]int, len(elements))
	for i := range order {
		order[i] = i
	}
	if rank < 0 {
		slices.Reverse(order)
		rank = -rank
	}
	if maxLen > 0 && maxLen < len(order) {
		order = order[:maxLen]
	}
	for _, i := range order {
		if elements[i] != element {
			continue
		}
		if rank--; rank <= 0 && (count == 0 || len(places) < count) {
			places = append(places, i)
		}
	}
	return places
}

func placesFound(t *T) {
	c, own := t.Dial(), newKeys()
	l := own.key("l")
	elements := strings.Fields("a b 1 2 3 a a 1 b a")
	c.Exchange(cmd(append([]string{"RPUSH", l}, elements...)...), integer(int64(len(elements))))
	for _, element := range []string{"a", "1", "3", "x"} {
		for _, rank := range []int{1, 2, 3, 4, 5, -1, -2, -4, -5, 100, -100} {
			for _, maxLen := range []int{0, 1, 2, 6, 9, 10, 11, 1000} {
				options := []string{"LPOS", l, element, "RANK", strconv.Itoa(rank), "MAXLEN", strconv.Itoa(maxLen)}
				single := nilBulk
				if p := found(elements, element, rank, 1, maxLen); len(p) > 0 {
					single = integer(int64(p[0]))
				}
				c.Exchange(cmd(options...), single)
				for _, count := range []int{0, 1, 2, 100} {
					var replies []string
					for _, p := range found(elements, element, rank, count, maxLen) {
						replies = append(replies, integer(int64(p)))
					}
					c.Exchange(cmd(append(options, "COUNT", strconv.Itoa(count))...), array(replies...))
				}
			}
		}
	}
	for _, rank := range []string{most, "-9223372036854775807"} {
		c.Exchange(cmd("LPOS", l, "a", "RANK", rank)+cmd("LPOS", l, "a", "RANK", rank, "COUNT", "0"), nilBulk+emptyList)
	}
	c.Exchange(cmd("LPOS", l, "1", "COUNT", most, "MAXLEN", most), array(integer(2), integer(7)))
}

func refusesPosOptions(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @l a", one, "SET @s v", done)
	for _, key := range []string{"l", "s", "none"} {
		k := own.key(key)
		for _, word := range notLong {
			c.Exchange(cmd("LPOS", k, "a", "RANK", word)+cmd("LPOS", k, "a", "COUNT", word)+cmd("LPOS", k, "a", "MAXLEN", word), noInteger+lessCount+lessMaxlen)
		}
		for _, row := range []struct{ options, want string }{
			{"RANK 0", zeroRank},
			{"RANK", syntax},
			{"COUNT", syntax},
			{"MAXLEN", syntax},
			{"FIRST 1", syntax},
			{"COUNT -1", lessCount},
			{"COUNT " + least, lessCount},
			{"MAXLEN -1", lessMaxlen},
			{"COUNT 1 RANK 0", zeroRank},
			{"RANK 0 COUNT", zeroRank},
			{"RANK 1 COUNT -1 FIRST", lessCount},
			{"RANK 1 FIRST", syntax},
		} {
			c.Exchange(cmd(append([]string{"LPOS", k, "a"}, strings.Fields(row.options)...)...), row.want)
		}
	}
	speak(c, own, "LPOS @s a RANK 1", wrongType)
}

// onEveryNode does what changes the middle of a list at every place of one of 12 elements,
// in nodes of every length.
func onEveryNode() (rows list) {
	start := strings.Fields("a 1 b 2 c 3 d 4 e 5 f 6")
	last := len(start) - 1
	for _, size := range []string{"1", "2", "3", "5", "-1", "0"} {
		args := []string{"--list-max-listpack-size", size}
		run := func(steps func(i int) (request string, reply string, want []string)) func(*T) {
			return func(t *T) {
				c := t.Dial()
				for i := range start {
					request, reply, want := steps(i)
					c.Exchange(cmd(append([]string{"RPUSH", "l"}, start...)...)+plain.cmd(request), integer(int64(len(start)))+reply)
					// From both ends, since nodes are linked both ways.
					c.Exchange(cmd("LRANGE", "l", "0", "-1"), bulks(strings.Join(want, " ")))
					back := slices.Clone(want)
					slices.Reverse(back)
					c.Exchange(cmd("RPOP", "l", "100")+cmd("EXISTS", "l"), bulks(strings.Join(back, " "))+zero)
				}
			}
		}
		for _, row := range []struct {
			name  string
			steps func(i int) (string, string, []string)
		}{
			{"LINSERT BEFORE", func(i int) (string, string, []string) {
				return "LINSERT l BEFORE " + start[i] + " x", integer(13), slices.Insert(slices.Clone(start), i, "x")
			}},
			{"LINSERT AFTER", func(i int) (string, string, []string) {
				return "LINSERT l AFTER " + start[i] + " 7", integer(13), slices.Insert(slices.Clone(start), i+1, "7")
			}},
			{"LSET", func(i int) (string, string, []string) {
				return fmt.Sprintf("LSET l %d xyz", i-12), done, slices.Replace(slices.Clone(start), i, i+1, "xyz")
			}},
			{"LREM", func(i int) (string, string, []string) {
				return "LREM l 0 " + start[i], one, slices.Delete(slices.Clone(start), i, i+1)
			}},
			{"LTRIM from", func(i int) (string, string, []string) { return fmt.Sprintf("LTRIM l %d -1", i), done, start[i:] }},
			{"LTRIM to", func(i int) (string, string, []string) { return fmt.Sprintf("LTRIM l 0 %d", i), done, start[:i+1] }},
			{"LTRIM around", func(i int) (string, string, []string) {
				return fmt.Sprintf("LTRIM l %d %d", i/2, last-i/3), done, start[i/2 : last-i/3+1]
			}},
			{"a long element instead of", func(i int) (string, string, []string) {
				return fmt.Sprintf("LSET l %d %s", i, numberedWord), done, slices.Replace(slices.Clone(start), i, i+1, numberedWord)
			}},
			{"a long element before", func(i int) (string, string, []string) {
				return "LINSERT l BEFORE " + start[i] + " " + numberedWord, integer(13), slices.Insert(slices.Clone(start), i, numberedWord)
			}},
		} {
			rows = append(rows, conformance.Case{Name: row.name + " at each place, with list-max-listpack-size " + size, Args: args, Run: run(row.steps)})
		}
	}
	return rows
}

// numberedWord is too long to share a node, and has no spaces.
var numberedWord = strings.ReplaceAll(numbered(9000), "\n", ".")
