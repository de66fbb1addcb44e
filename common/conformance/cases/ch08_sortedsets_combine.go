// ch08_sortedsets_combine.go: members from the ends, and what is made of several sorted sets.

package cases

const (
	notPositive = "-ERR value is out of range, must be positive\r\n"
	badNumkeys  = "-ERR numkeys should be greater than 0\r\n"
	badPopCount = "-ERR count should be greater than 0\r\n"
	badWeight   = "-ERR weight value is not a float\r\n"
	badLimit    = "-ERR LIMIT can't be negative\r\n"
	outOfRange  = "-ERR value is out of range\r\n"
)

// noInput is the error of a command that combines nothing.
func noInput(command string) string {
	return "-ERR at least 1 input key is needed for '" + command + "' command\r\n"
}

// popTalks are about the ends, and chance.
var popTalks = []talk{
	{"ZPOPMIN and ZPOPMAX take from the ends", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e 6 10", integer(6), "ZPOPMIN @z", bulks("a 1"), "ZPOPMAX @z", bulks("10 6"), "ZPOPMIN @z 2", bulks("b 2 c 3"), "ZPOPMAX @z 0", emptyList,
		"ZRANGE @z 0 -1 WITHSCORES", bulks("d 4 e 5"), "ZPOPMAX @z 9", bulks("e 5 d 4"), "EXISTS @z", zero, "ZPOPMIN @z", emptyList, "ZPOPMAX @z 2", emptyList,
		"ZPOPMIN @z 0", emptyList,
	}},
	{"ZPOPMIN of equal scores goes by names", []string{
		"ZADD @z 0 b 0 a 0 c 0.5 A", integer(4), "ZPOPMIN @z 2", bulks("a 0 b 0"), "ZPOPMAX @z 2", bulks("A 0.5 c 0"),
	}},
	{"ZPOPMIN refuses what is no count before it looks at the key", []string{
		"SET @s v", done, "ZPOPMIN @s -1", notPositive, "ZPOPMIN @s x", notPositive, "ZPOPMAX @s 1.5", notPositive, "ZPOPMAX @s 9223372036854775808", notPositive,
		"ZPOPMIN @s 1 2", syntax, "ZPOPMIN @s -1 2", syntax, "ZPOPMIN @none -1", notPositive, "ZPOPMAX @none x", notPositive,
	}},
	{"ZMPOP takes from the first key that has something", []string{
		"ZADD @a 1 a 2 b 3 c", three, "ZADD @b 4 d", one, "ZREM @none x", zero, "ZINTERCARD 2 @a @b", zero, "ZMPOP 1 @none MIN", nullArray,
		"ZMPOP 2 @none @none2 MAX COUNT 5", nullArray,
	}},
	{"ZMPOP refuses in the order of Redis", []string{
		"SET @s v", done, "ZMPOP 0 @s MIN", badNumkeys, "ZMPOP -1 @s MIN", badNumkeys, "ZMPOP x @s MIN", badNumkeys, "ZMPOP 1 @s MID", syntax, "ZMPOP 2 @s MIN", syntax,
		"ZMPOP 1 @s @s MIN", syntax, "ZMPOP 3 @s MIN COUNT", syntax, "ZMPOP 1 @s MIN COUNT", syntax, "ZMPOP 1 @s MIN COUNT 0", badPopCount,
		"ZMPOP 1 @s MIN COUNT -1", badPopCount, "ZMPOP 1 @s MIN COUNT x", badPopCount, "ZMPOP 1 @s MIN COUNT 1 COUNT 1", syntax, "ZMPOP 1 @s MIN NOSUCH 1", syntax,
		"ZMPOP 1 @s MIN COUNT 1 NOSUCH", syntax, "ZMPOP 0 @s MID COUNT 0", badNumkeys, "ZMPOP 1 @s MID COUNT 0", syntax, "ZMPOP 1 @s max count 1", wrongType,
		"ZMPOP 9223372036854775806 @s MIN", syntax,
	}},
	{"ZRANDMEMBER of nothing, of all, and of one", []string{
		"ZRANDMEMBER @none", nilBulk, "ZRANDMEMBER @none 5", emptyList, "ZRANDMEMBER @none -5 WITHSCORES", emptyList, "ZADD @z 1 a", one, "ZRANDMEMBER @z", bulk("a"),
		"ZRANDMEMBER @z 1", bulks("a"), "ZRANDMEMBER @z 1 WITHSCORES", bulks("a 1"), "ZRANDMEMBER @z 0", emptyList, "ZRANDMEMBER @z 0 withscores", emptyList,
		"ZRANDMEMBER @z -3", bulks("a a a"), "ZRANDMEMBER @z -2 WITHSCORES", bulks("a 1 a 1"), "ZADD @z 2 b 3 c", two, "ZRANDMEMBER @z 3 WITHSCORES", bulks("c 3 b 2 a 1"),
		"ZRANDMEMBER @z 9", bulks("c b a"), "ZRANDMEMBER @z 9223372036854775807", bulks("c b a"),
	}},
	{"ZRANDMEMBER refuses in the order of Redis", []string{
		"SET @s v", done, "ZRANDMEMBER @s x", noInteger, "ZRANDMEMBER @s 1.5 NOSUCH", noInteger, "ZRANDMEMBER @s 1 NOSUCH", syntax, "ZRANDMEMBER @s 1 WITHSCORES x", syntax,
		"ZRANDMEMBER @s 9223372036854775807 WITHSCORES", outOfRange, "ZRANDMEMBER @s -9223372036854775807 WITHSCORES", outOfRange,
		"ZRANDMEMBER @s -9223372036854775808", "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n",
		"ZRANDMEMBER @s 9223372036854775808", noInteger, "ZRANDMEMBER @s 9223372036854775807 NOSUCH", syntax, "ZRANDMEMBER @s 1", wrongType,
	}},
}

// combineTalks are about unions, intersections and differences.
var combineTalks = []talk{
	{"ZUNION adds the scores of what several have", []string{
		"ZADD @a 1 x 2 y 3 z", three, "ZADD @b 10 y 20 w", two, "ZUNION 2 @a @b", bulks("x z y w"), "ZUNION 2 @a @b WITHSCORES", bulks("x 1 z 3 y 12 w 20"),
		"ZUNION 1 @a WITHSCORES", bulks("x 1 y 2 z 3"), "ZUNION 3 @a @b @none WITHSCORES", bulks("x 1 z 3 y 12 w 20"), "ZUNION 2 @a @a WITHSCORES", bulks("x 2 y 4 z 6"),
		"ZUNION 1 @none", emptyList, "ZUNION 2 @none @none2 WITHSCORES", emptyList, "ZUNION 2 @a @b AGGREGATE MIN WITHSCORES", bulks("x 1 y 2 z 3 w 20"),
		"ZUNION 2 @a @b aggregate max withscores", bulks("x 1 z 3 y 10 w 20"), "ZUNION 2 @a @b AGGREGATE SUM WITHSCORES WITHSCORES", bulks("x 1 z 3 y 12 w 20"),
		"ZUNION 2 @a @b WEIGHTS 2 -1 WITHSCORES", bulks("w -20 y -6 x 2 z 6"), "ZUNION 2 @a @b WEIGHTS 0.5 1e2 AGGREGATE MAX WITHSCORES", bulks("x 0.5 z 1.5 y 1000 w 2000"),
		"ZUNION 2 @a @b AGGREGATE MIN AGGREGATE MAX WEIGHTS 1 1 WEIGHTS 3 3 WITHSCORES", bulks("x 3 z 9 y 30 w 60"),
	}},
	{"ZINTER has what all have", []string{
		"ZADD @a 1 x 2 y 3 z", three, "ZADD @b 10 y 20 w 30 z", three, "ZINTER 2 @a @b", bulks("y z"), "ZINTER 2 @a @b WITHSCORES", bulks("y 12 z 33"),
		"ZINTER 2 @b @a WEIGHTS 1 10 WITHSCORES", bulks("y 30 z 60"), "ZINTER 3 @a @b @a WITHSCORES", bulks("y 14 z 36"),
		"ZINTER 2 @a @b AGGREGATE MIN WITHSCORES", bulks("y 2 z 3"), "ZINTER 2 @a @b AGGREGATE MAX WEIGHTS 100 1 WITHSCORES", bulks("y 200 z 300"),
		"ZINTER 2 @a @none", emptyList, "ZINTER 1 @a WITHSCORES", bulks("x 1 y 2 z 3"), "ZINTER 2 @a @a WEIGHTS 2 3 WITHSCORES", bulks("x 5 y 10 z 15"),
	}},
	{"ZDIFF has what only the first one has", []string{
		"ZADD @a 1 x 2 y 3 z 4 w", integer(4), "ZADD @b 10 y", one, "ZADD @c 10 z 11 q", two, "ZDIFF 1 @a", bulks("x y z w"), "ZDIFF 2 @a @b WITHSCORES", bulks("x 1 z 3 w 4"),
		"ZDIFF 3 @a @b @c WITHSCORES", bulks("x 1 w 4"), "ZDIFF 2 @a @none", bulks("x y z w"), "ZDIFF 2 @none @a", emptyList, "ZDIFF 2 @a @a", emptyList,
		"ZDIFF 3 @a @none @a", emptyList, "ZDIFF 2 @b @a withscores", emptyList,
	}},
	{"ZINTERCARD counts up to its limit", []string{
		"ZADD @a 1 x 2 y 3 z 4 w", integer(4), "ZADD @b 1 x 2 y 3 z 4 q", integer(4), "ZINTERCARD 1 @a", integer(4), "ZINTERCARD 2 @a @b", three,
		"ZINTERCARD 2 @a @b LIMIT 2", two, "ZINTERCARD 2 @a @b LIMIT 0", three, "ZINTERCARD 2 @a @b LIMIT 9", three, "ZINTERCARD 2 @a @b LIMIT 1 LIMIT 2", two,
		"ZINTERCARD 2 @a @none", zero, "ZINTERCARD 2 @a @b LIMIT -1", badLimit, "ZINTERCARD 2 @a @b LIMIT x", badLimit, "ZINTERCARD 2 @a @b LIMIT", syntax,
		"ZINTERCARD 2 @a @b WITHSCORES", syntax, "ZINTERCARD 2 @a @b WEIGHTS 1 1", syntax,
	}},
	{"plain sets count with scores of 1", []string{
		"SADD @s x y 5", three, "SADD @t x z 5", three, "ZADD @z 10 x 20 5", two, "ZUNION 2 @s @t WITHSCORES", bulks("y 1 z 1 5 2 x 2"),
		"ZUNION 3 @s @t @z WITHSCORES", bulks("y 1 z 1 x 12 5 22"), "ZUNION 2 @s @z WEIGHTS 3 2 WITHSCORES", bulks("y 3 x 23 5 43"),
		"ZINTER 2 @s @t WITHSCORES", bulks("5 2 x 2"), "ZINTER 3 @z @s @t WEIGHTS 1 2 3 WITHSCORES", bulks("x 15 5 25"),
		"ZINTER 2 @z @s AGGREGATE MIN WITHSCORES", bulks("5 1 x 1"), "ZDIFF 2 @s @z WITHSCORES", bulks("y 1"), "ZDIFF 2 @z @t WITHSCORES", emptyList,
		"ZINTERCARD 3 @s @t @z", two, "ZUNIONSTORE @d 2 @s @t", integer(4), "TYPE @d", "+zset\r\n", "ZRANGE @d 0 -1 WITHSCORES", bulks("y 1 z 1 5 2 x 2"),
		"SADD @ints 1 2 3", three, "ZINTERSTORE @d 2 @ints @s", zero, "ZUNIONSTORE @s 1 @s WEIGHTS 4", three, "ZRANGE @s 0 -1 WITHSCORES", bulks("5 4 x 4 y 4"),
	}},
	{"infinities that meet add up to 0", []string{
		"ZADD @a inf x -inf y 0 z", three, "ZADD @b -inf x inf y 1 z", three, "ZUNION 2 @a @b WITHSCORES", bulks("x 0 y 0 z 1"),
		"ZINTER 2 @a @b WITHSCORES", bulks("x 0 y 0 z 1"), "ZUNION 1 @a WEIGHTS 0 WITHSCORES", bulks("x 0 y 0 z 0"),
		"ZUNION 2 @a @b WEIGHTS inf -inf WITHSCORES", bulks("y -inf z -inf x inf"), "ZINTER 2 @a @b WEIGHTS 0 1 AGGREGATE MAX WITHSCORES", bulks("x 0 z 1 y inf"),
	}},
	{"ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE overwrite, and store no empty one", []string{
		"ZADD @a 1 x 2 y", two, "ZADD @b 10 y 20 w", two, "ZUNIONSTORE @d 2 @a @b", three, "ZRANGE @d 0 -1 WITHSCORES", bulks("x 1 y 12 w 20"),
		"ZINTERSTORE @d 2 @a @b WEIGHTS 2 1 AGGREGATE MAX", one, "ZRANGE @d 0 -1 WITHSCORES", bulks("y 10"), "ZDIFFSTORE @d 2 @a @b", one,
		"ZRANGE @d 0 -1 WITHSCORES", bulks("x 1"), "ZDIFFSTORE @d 2 @a @a", zero, "EXISTS @d", zero, "ZUNIONSTORE @d 1 @none", zero, "ZINTERSTORE @d 1 @none", zero,
		"SET @k v EX 1000", done, "ZUNIONSTORE @k 1 @a", two, "TYPE @k", "+zset\r\n", "TTL @k", noTTL, "ZINTERSTORE @k 2 @a @none", zero, "EXISTS @k", zero,
		"ZUNIONSTORE @a 2 @a @b", three, "ZRANGE @a 0 -1 WITHSCORES", bulks("x 1 y 12 w 20"), "ZDIFFSTORE @b 2 @b @none", two, "ZRANGE @b 0 -1 WITHSCORES", bulks("y 10 w 20"),
	}},
	{"what is combined is refused in the order of Redis", []string{
		"SET @s v", done, "ZADD @z 1 a", one, "ZUNION 0 @s", noInput("zunion"), "ZINTER -1 @s", noInput("zinter"), "ZDIFF x @s", noInteger, "ZUNION 2 @s", syntax,
		"ZUNIONSTORE @d 0 @s", noInput("zunionstore"), "ZINTERSTORE @d x @s", noInteger, "ZDIFFSTORE @d 5 @s", syntax, "ZINTERCARD 0 @s", noInput("zintercard"),
		"ZUNION 9223372036854775807 @s", syntax, "ZUNION 1 @s NOSUCH", wrongType, "ZUNION 1 @z NOSUCH", syntax, "ZUNION 1 @none NOSUCH", syntax, "ZUNION 1 @z WEIGHTS", syntax,
		"ZUNION 2 @z @z WEIGHTS 1", syntax, "ZUNION 1 @z WEIGHTS x", badWeight, "ZUNION 1 @z WEIGHTS nan", badWeight, "ZUNION 1 @z WEIGHTS 1 2", syntax,
		"ZUNION 1 @z AGGREGATE", syntax, "ZUNION 1 @z AGGREGATE avg", syntax, "ZDIFF 1 @z WEIGHTS 1", syntax, "ZDIFF 1 @z AGGREGATE MIN", syntax,
		"ZUNIONSTORE @d 1 @z WITHSCORES", syntax, "ZDIFFSTORE @d 1 @z WITHSCORES", syntax, "ZINTER 1 @z LIMIT 1", syntax, "EXISTS @d", zero,
	}},
}
