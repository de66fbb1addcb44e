// ch08_lists_move.go: elements that go from one list to another, and those of the first of
// several lists.

package cases

import (
	"strconv"
	"strings"

	"redis-internals/common/conformance"
)

const (
	moreKeys     = "-ERR numkeys should be greater than 0\r\n"
	moreElements = "-ERR count should be greater than 0\r\n"
)

// keyAt is a key specification of the key at a place in the request.
func keyAt(place int64, access string) string {
	return array(
		bulk("flags"), statuses(access),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), integer(place))),
		bulk("find_keys"), array(bulk("type"), bulk("range"), bulk("spec"), array(bulk("lastkey"), zero, bulk("keystep"), one, bulk("limit"), zero)),
	)
}

// countedKeys is one of keys whose number stands before them, at a place in the request.
func countedKeys(place int64, access string) string {
	return array(
		bulk("flags"), statuses(access),
		bulk("begin_search"), array(bulk("type"), bulk("index"), bulk("spec"), array(bulk("index"), integer(place))),
		bulk("find_keys"), array(bulk("type"), bulk("keynum"), bulk("spec"), array(bulk("keynumidx"), zero, bulk("firstkey"), one, bulk("keystep"), one)),
	)
}

func listMoves() list {
	moved := array(keyAt(1, "RW access delete"), keyAt(2, "RW insert"))
	infoOf := func(name string, arity int64, flags string, last int64, specs string) string {
		return array(array(bulk(name), integer(arity), statuses(flags), integer(min(1, last)), integer(last), integer(min(1, last)), statuses("@write @list @slow"), emptyList, specs, emptyList))
	}
	rows := list{
		{Name: "COMMAND INFO describes rpoplpush", Run: answers(cmd("COMMAND", "INFO", "rpoplpush"), infoOf("rpoplpush", 3, "write denyoom", 2, moved))},
		{Name: "COMMAND INFO describes lmove", Run: answers(cmd("COMMAND", "INFO", "lmove"), infoOf("lmove", 5, "write denyoom", 2, moved))},
		{Name: "COMMAND INFO describes lmpop", Run: answers(cmd("COMMAND", "INFO", "lmpop"), infoOf("lmpop", -4, "write movablekeys", 0, array(countedKeys(1, "RW access delete"))))},
		{Name: "COMMAND INFO describes linsert", Run: answers(cmd("COMMAND", "INFO", "linsert"), infoOf("linsert", 5, "write denyoom", 1, array(keyAt(1, "RW insert"))))},
		{Name: "COMMAND GETKEYS finds the keys of moves", Run: answers(
			cmd("COMMAND", "GETKEYS", "RPOPLPUSH", "a", "b")+cmd("COMMAND", "GETKEYS", "LMOVE", "a", "b", "LEFT", "LEFT")+cmd("COMMAND", "GETKEYS", "LMPOP", "3", "a", "b", "c", "LEFT", "COUNT", "1"),
			bulks("a b")+bulks("a b")+bulks("a b c"),
		)},
		{Name: "arguments are counted: RPOPLPUSH, LMOVE, LMPOP, LINSERT", Run: answers(
			cmd("RPOPLPUSH", "a")+cmd("RPOPLPUSH", "a", "b", "c")+cmd("LMOVE", "a", "b", "LEFT")+cmd("LMOVE", "a", "b", "LEFT", "LEFT", "x")+cmd("LMPOP", "1", "a")+cmd("LINSERT", "a", "BEFORE", "b")+cmd("LINSERT", "a", "BEFORE", "b", "c", "d"),
			strings.Repeat(wrongArity("rpoplpush"), 2)+strings.Repeat(wrongArity("lmove"), 2)+wrongArity("lmpop")+strings.Repeat(wrongArity("linsert"), 2),
		)},
		{Name: "RPOPLPUSH moves the last element to the front of another list", Run: dialogue(
			"RPUSH @a 1 2 3", integer(3), "RPUSH @b x", one, "RPOPLPUSH @a @b", bulk("3"), "LRANGE @a 0 -1", bulks("1 2"), "LRANGE @b 0 -1", bulks("3 x"), "RPOPLPUSH @a @new", bulk("2"), "LRANGE @new 0 -1", bulks("2"),
		)},
		{Name: "RPOPLPUSH from a list to itself turns it", Run: dialogue("RPUSH @a 1 2 3", integer(3), "RPOPLPUSH @a @a", bulk("3"), "RPOPLPUSH @a @a", bulk("2"), "LRANGE @a 0 -1", bulks("2 3 1"))},
		{Name: "a list whose last element moves is gone", Run: dialogue("RPUSH @a 1", one, "EXPIRE @a 1000", one, "LMOVE @a @b LEFT RIGHT", bulk("1"), "EXISTS @a @b", one, "TTL @b", noTTL, "RPOPLPUSH @b @a", bulk("1"), "TTL @a", noTTL, "EXISTS @b", zero)},
		{Name: "a list of one element that moves to itself stays, with its TTL", Run: dialogue("RPUSH @a 1", one, "EXPIRE @a 1000", one, "LMOVE @a @a LEFT RIGHT", bulk("1"), "RPOPLPUSH @a @a", bulk("1"), "TTL @a", integer(1000), "LRANGE @a 0 -1", bulks("1"))},
		{Name: "LMOVE of no list answers nil and makes none, whatever the target is", Run: dialogue(
			"LMOVE @none @b LEFT LEFT", nilBulk, "EXISTS @b", zero, "SET @s v", done, "LMOVE @none @s LEFT LEFT", nilBulk, "RPOPLPUSH @none @s", nilBulk, "RPOPLPUSH @none @none", nilBulk, "GET @s", bulk("v"),
		)},
		{Name: "LMOVE to what is no list moves nothing", Run: dialogue("RPUSH @a 1 2", integer(2), "SET @s v", done, "LMOVE @a @s LEFT LEFT", wrongType, "RPOPLPUSH @a @s", wrongType, "LMOVE @s @a LEFT LEFT", wrongType, "RPOPLPUSH @s @none", wrongType, "LRANGE @a 0 -1", bulks("1 2"))},
		{Name: "LMOVE looks at LEFT and RIGHT before the keys", Run: dialogue("SET @s v", done, "LMOVE @s @s LEF RIGHT", syntax, "LMOVE @s @s LEFT UP", syntax, "LMOVE @none @none x y", syntax)},
		{Name: "LMPOP takes from the first list that is there", Run: popsFirst},
		{Name: "LMPOP with COUNT takes no more than that, or than there are", Run: popsMany},
		{Name: "LMPOP refuses what is no request, before it looks at the keys", Run: refusesPops},
		{Name: "LMPOP refuses what is no list, and only if it comes to it", Run: popsUpToOthers},
		{Name: "MULTI queues moves", Run: dialogue("MULTI", done, "RPUSH @a 1 2", queued, "LMOVE @a @b LEFT RIGHT", queued, "RPOPLPUSH @a @b", queued, "LMOVE @a @b LEFT RIGHT", queued, "LRANGE @b 0 -1", queued, "EXISTS @a", queued, "EXEC", array(integer(2), bulk("1"), bulk("2"), nilBulk, bulks("2 1"), zero))},
		{Name: "long elements move as short ones do", Run: movesLongElements},
	}
	for _, from := range []string{"LEFT", "RIGHT", "left"} {
		for _, to := range []string{"LEFT", "RIGHT", "rIgHt"} {
			rows = append(rows, conformance.Case{Name: "LMOVE " + from + " " + to, Run: movesElements(from, to)})
		}
	}
	return in(8, lesson8Lists, rows)
}

// movesElements empties a list into another one, and turns that.
func movesElements(from, to string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		source, target := []string{"a", "1", "c", "-70000"}, []string{"x"}
		take := func(l *[]string) (element string) {
			if strings.EqualFold(from, "left") {
				element, *l = (*l)[0], (*l)[1:]
			} else {
				element, *l = (*l)[len(*l)-1], (*l)[:len(*l)-1]
			}
			return element
		}
		put := func(l *[]string, element string) {
			if strings.EqualFold(to, "left") {
				*l = append([]string{element}, *l...)
			} else {
				*l = append((*l)[:len(*l):len(*l)], element)
			}
		}
		speak(c, own, "RPUSH @source "+strings.Join(source, " "), integer(4), "RPUSH @target x", one)
		for len(source) > 0 {
			element := take(&source)
			put(&target, element)
			speak(c, own, "LMOVE @source @target "+from+" "+to, bulk(element), "LRANGE @source 0 -1", bulks(strings.Join(source, " ")), "LRANGE @target 0 -1", bulks(strings.Join(target, " ")))
		}
		speak(c, own, "LMOVE @source @target "+from+" "+to, nilBulk, "EXISTS @source", zero)
		for range 4 {
			element := take(&target)
			put(&target, element)
			speak(c, own, "LMOVE @target @target "+from+" "+to, bulk(element), "LRANGE @target 0 -1", bulks(strings.Join(target, " ")))
		}
	}
}

func popsFirst(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "RPUSH @b 1 2 3 4", integer(4), "RPUSH @c x", one,
		"LMPOP 3 @a @b @c LEFT", array(bulk(own.key("b")), bulks("1")), "LMPOP 3 @c @b @a RIGHT", array(bulk(own.key("c")), bulks("x")), "EXISTS @c", zero, "LMPOP 3 @c @b @a RIGHT", array(bulk(own.key("b")), bulks("4")),
		"LMPOP 2 @b @b left count 5", array(bulk(own.key("b")), bulks("2 3")), "EXISTS @b", zero, "LMPOP 3 @a @b @c LEFT", nullArray)
}

func popsMany(t *T) {
	c, own := t.Dial(), newKeys()
	for _, count := range []string{"1", "2", "4", "5", "6", most} {
		for _, end := range []string{"LEFT", "RIGHT"} {
			n, _ := strconv.Atoi(count)
			n = min(n, 5)
			want := strings.Fields("a b c d e")[:n]
			left := strings.Fields("a b c d e")[n:]
			if end == "RIGHT" {
				want = strings.Fields("e d c b a")[:n]
				left = strings.Fields("a b c d e")[:5-n]
			}
			speak(c, own, "RPUSH @l a b c d e", integer(5), "LMPOP 1 @l "+end+" COUNT "+count, array(bulk(own.key("l")), bulks(strings.Join(want, " "))), "LRANGE @l 0 -1", bulks(strings.Join(left, " ")), "DEL @l", integer(int64(min(1, len(left)))))
		}
	}
}

func refusesPops(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @s v", done)
	k := own.key("s")
	for _, row := range []struct{ words, want string }{
		{"0 @s LEFT", moreKeys},
		{"-1 @s LEFT", moreKeys},
		{"x @s LEFT", moreKeys},
		{"9223372036854775808 @s LEFT", moreKeys},
		{"1.0 @s LEFT", moreKeys},
		{"2 @s LEFT", syntax},
		{"3 @s LEFT", syntax},
		{most + " @s LEFT", syntax},
		{"1 @s MIDDLE", syntax},
		{"1 @s @s LEFT", syntax},
		{"2 @s @s LEFT COUNT", syntax},
		{"1 @s LEFT COUNT", syntax},
		{"1 @s LEFT COUNT 0", moreElements},
		{"1 @s LEFT COUNT -1", moreElements},
		{"1 @s LEFT COUNT x", moreElements},
		{"1 @s LEFT COUNT 9223372036854775808", moreElements},
		{"1 @s LEFT COUNT 1 COUNT 1", syntax},
		{"1 @s LEFT COUNT 1 x", syntax},
		{"1 @s LEFT x", syntax},
		{"1 @s LEFT RIGHT", syntax},
		{"1 @s LEFT COUNT 0 x", moreElements},
		{"1 @s UP COUNT 0", syntax},
		{"0 @s UP COUNT 0", moreKeys},
		{"1 @s LEFT COUNT 1", wrongType},
	} {
		c.Exchange(own.cmd("LMPOP "+row.words), row.want)
	}
	c.Exchange(cmd("GET", k), bulk("v"))
}

func popsUpToOthers(t *T) {
	c, own := t.Dial(), newKeys()
	speak(c, own, "SET @s v", done, "RPUSH @l a b", integer(2), "LMPOP 2 @l @s LEFT", array(bulk(own.key("l")), bulks("a")), "LMPOP 3 @none @s @l LEFT", wrongType, "LMPOP 2 @l @s LEFT", array(bulk(own.key("l")), bulks("b")), "LMPOP 2 @l @s LEFT", wrongType)
}

func movesLongElements(t *T) {
	c, own := t.Dial(), newKeys()
	a, b := own.key("a"), own.key("b")
	words := []string{"", everyValue, numbered(8000), numbered(9000), numbered(70_000), numbered(2_000_000), "short"}
	c.Exchange(cmd(append([]string{"RPUSH", a}, words...)...), integer(int64(len(words))))
	for range len(words) {
		c.Exchange(cmd("LMOVE", a, a, "LEFT", "RIGHT"), bulk(words[0]))
		words = append(words[1:len(words):len(words)], words[0])
	}
	for i := range words {
		c.Exchange(cmd("RPOPLPUSH", a, b), bulk(words[len(words)-1-i]))
	}
	for _, w := range words {
		c.Exchange(cmd("LMPOP", "1", b, "LEFT"), array(bulk(b), array(bulk(w))))
	}
	c.Exchange(cmd("EXISTS", a, b), zero)
}
