// ch08_sortedsets_ranges.go: ranges of ranks, of scores and of names.

package cases

const (
	badRange      = "-ERR min or max is not a float\r\n"
	badNames      = "-ERR min or max not valid string range item\r\n"
	badRankLimit  = "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX\r\n"
	badNameScores = "-ERR syntax error, WITHSCORES not supported in combination with BYLEX\r\n"
)

// rangeTalks are about ranges.
var rangeTalks = []talk{
	{"ZRANGE answers ranks, from both ends", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e", integer(5), "ZRANGE @z 0 -1", bulks("a b c d e"), "ZRANGE @z 1 3", bulks("b c d"), "ZRANGE @z -3 -2 WITHSCORES", bulks("c 3 d 4"),
		"ZRANGE @z 3 1", emptyList, "ZRANGE @z 5 9", emptyList, "ZRANGE @z -9 1", bulks("a b"), "ZRANGE @z 4 4", bulks("e"), "ZRANGE @z -1 9223372036854775807", bulks("e"),
		"ZRANGE @z -9223372036854775808 -9223372036854775807", emptyList, "ZRANGE @z -9223372036854775808 9223372036854775807", bulks("a b c d e"),
		"ZRANGE @z 0 -1 REV", bulks("e d c b a"), "ZRANGE @z 1 2 REV WITHSCORES", bulks("d 4 c 3"), "ZRANGE @z -2 -1 rev withscores", bulks("b 2 a 1"),
		"ZRANGE @none 0 -1", emptyList,
	}},
	{"ZREVRANGE answers ranks, the last one first", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e", integer(5), "ZREVRANGE @z 0 -1", bulks("e d c b a"), "ZREVRANGE @z 1 2 WITHSCORES", bulks("d 4 c 3"),
		"ZREVRANGE @z -2 -1", bulks("b a"), "ZREVRANGE @z 3 1", emptyList, "ZREVRANGE @z 9 9", emptyList, "ZREVRANGE @z -9 0", bulks("e"), "ZREVRANGE @none 0 -1", emptyList,
		"ZREVRANGE @z 0 -1 REV", syntax, "ZREVRANGE @z 0 -1 BYSCORE", syntax,
	}},
	{"ZRANGEBYSCORE answers between two scores, with them or without", []string{
		"ZADD @z -inf l 1 a 2 b 2 b2 3 c 4.5 d inf h", integer(7), "ZRANGEBYSCORE @z 1 3", bulks("a b b2 c"), "ZRANGEBYSCORE @z (1 3", bulks("b b2 c"),
		"ZRANGEBYSCORE @z 1 (3", bulks("a b b2"), "ZRANGEBYSCORE @z (1 (3 WITHSCORES", bulks("b 2 b2 2"), "ZRANGEBYSCORE @z (2 (2", emptyList,
		"ZRANGEBYSCORE @z 2 2", bulks("b b2"), "ZRANGEBYSCORE @z 3 1", emptyList, "ZRANGEBYSCORE @z -inf +inf", bulks("l a b b2 c d h"),
		"ZRANGEBYSCORE @z (-inf (+inf", bulks("a b b2 c d"), "ZRANGEBYSCORE @z inf inf", bulks("h"), "ZRANGEBYSCORE @z -inf -inf", bulks("l"),
		"ZRANGEBYSCORE @z (inf inf", emptyList, "ZRANGEBYSCORE @z 5 100", emptyList, "ZRANGEBYSCORE @z 4.4 4.6", bulks("d"), "ZRANGEBYSCORE @none 0 1", emptyList,
		"ZCOUNT @z 1 3", integer(4), "ZCOUNT @z (1 (3", two, "ZCOUNT @z 3 1", zero, "ZCOUNT @z -inf inf", integer(7), "ZCOUNT @z (2 (2", zero, "ZCOUNT @none 0 1", zero,
	}},
	{"ZREVRANGEBYSCORE begins at the higher score", []string{
		"ZADD @z 1 a 2 b 2 b2 3 c 4 d", integer(5), "ZREVRANGEBYSCORE @z 3 1", bulks("c b2 b a"), "ZREVRANGEBYSCORE @z (3 1 WITHSCORES", bulks("b2 2 b 2 a 1"),
		"ZREVRANGEBYSCORE @z 3 (2", bulks("c"), "ZREVRANGEBYSCORE @z 1 3", emptyList, "ZREVRANGEBYSCORE @z +inf -inf LIMIT 1 2", bulks("c b2"),
		"ZREVRANGEBYSCORE @z inf -inf WITHSCORES LIMIT 3 9", bulks("b 2 a 1"), "ZREVRANGEBYSCORE @z inf -inf LIMIT 5 1", emptyList,
		"ZREVRANGEBYSCORE @z inf -inf LIMIT 4 1", bulks("a"), "ZRANGE @z 3 1 BYSCORE REV", bulks("c b2 b a"), "ZRANGE @z (3 1 REV BYSCORE WITHSCORES LIMIT 0 1", bulks("b2 2"),
		"ZRANGE @z 1 3 BYSCORE REV", emptyList,
	}},
	{"LIMIT passes over some, and stops", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e", integer(5), "ZRANGEBYSCORE @z 2 5 LIMIT 0 2", bulks("b c"), "ZRANGEBYSCORE @z 2 5 LIMIT 1 2 WITHSCORES", bulks("c 3 d 4"),
		"ZRANGEBYSCORE @z 2 5 LIMIT 3 9", bulks("e"), "ZRANGEBYSCORE @z 2 5 LIMIT 4 9", emptyList, "ZRANGEBYSCORE @z 2 5 LIMIT 0 0", emptyList,
		"ZRANGEBYSCORE @z 2 5 LIMIT 2 -1", bulks("d e"), "ZRANGEBYSCORE @z 2 5 LIMIT 2 -9", bulks("d e"), "ZRANGEBYSCORE @z 2 5 LIMIT -1 2", emptyList,
		"ZRANGEBYSCORE @z 2 5 LIMIT -1 -1", emptyList, "ZRANGEBYSCORE @z 2 5 LIMIT 9223372036854775807 9223372036854775807", emptyList,
		"ZRANGEBYSCORE @z 2 5 LIMIT 1 9223372036854775807", bulks("c d e"), "ZRANGEBYSCORE @z 2 5 LIMIT 0 1 LIMIT 1 1", bulks("c"),
		"ZRANGE @z 2 5 BYSCORE LIMIT 1 1", bulks("c"), "ZRANGE @z 5 2 BYSCORE REV LIMIT 1 2", bulks("d c"), "ZRANGE @z 0 -1 LIMIT 1 -1", bulks("a b c d e"),
		"ZRANGE @z 0 -1 LIMIT 0 1", badRankLimit, "ZRANGE @z 0 -1 LIMIT 0 0", badRankLimit, "ZREVRANGE @z 0 -1 LIMIT 0 1", badRankLimit, "ZRANGE @z 0 1 LIMIT 1", syntax,
		"ZRANGEBYSCORE @z 2 5 LIMIT 1", syntax, "ZRANGEBYSCORE @z 2 5 LIMIT x 1", noInteger, "ZRANGEBYSCORE @z 2 5 LIMIT 1 x", noInteger,
		"ZRANGEBYSCORE @z 2 5 LIMIT 1 1.5", noInteger,
	}},
	{"ends of a range of scores are read as C's strtod reads them", []string{
		"ZADD @z -1 n 0 z 1 a inf i", integer(4), "ZRANGEBYSCORE @z ( 1", bulks("a"), "ZRANGEBYSCORE @z 0x0 0x1", bulks("z a"), "ZRANGEBYSCORE @z 1e-999 1", bulks("z a"),
		"ZRANGEBYSCORE @z 1 1e999", bulks("a i"), "ZRANGEBYSCORE @z -1e999 0", bulks("n z"), "ZRANGEBYSCORE @z infinity inf", bulks("i"),
		"ZRANGEBYSCORE @z 0\x00x 1\x00", bulks("z a"), "ZRANGEBYSCORE @z nan 1", badRange, "ZRANGEBYSCORE @z 0 nan", badRange, "ZRANGEBYSCORE @z (nan 1", badRange,
		"ZRANGEBYSCORE @z x 1", badRange, "ZRANGEBYSCORE @z 0 1x", badRange, "ZRANGEBYSCORE @z ((0 1", badRange, "ZRANGEBYSCORE @z [0 1", badRange,
		"ZRANGEBYSCORE @z 0 +", badRange, "ZRANGEBYSCORE @z - +", badRange, "ZCOUNT @z x 1", badRange, "ZCOUNT @none 0 x", badRange, "ZREMRANGEBYSCORE @z x 1", badRange,
		"ZREMRANGEBYSCORE @none 0 x", badRange, "ZREVRANGEBYSCORE @z x 0", badRange,
	}},
	{"ZRANGEBYLEX answers between two names, with them or without", []string{
		"ZADD @z 0 a 0 b 0 ba 0 c 0 d 0 10", integer(6), "ZRANGEBYLEX @z - +", bulks("10 a b ba c d"), "ZRANGEBYLEX @z [b [c", bulks("b ba c"),
		"ZRANGEBYLEX @z (b [c", bulks("ba c"), "ZRANGEBYLEX @z [b (c", bulks("b ba"), "ZRANGEBYLEX @z (b (c", bulks("ba"), "ZRANGEBYLEX @z (b (b", emptyList,
		"ZRANGEBYLEX @z [b [b", bulks("b"), "ZRANGEBYLEX @z [c [b", emptyList, "ZRANGEBYLEX @z + -", emptyList, "ZRANGEBYLEX @z - -", emptyList,
		"ZRANGEBYLEX @z + +", emptyList, "ZRANGEBYLEX @z - [b", bulks("10 a b"), "ZRANGEBYLEX @z (b +", bulks("ba c d"), "ZRANGEBYLEX @z [ [", emptyList,
		"ZRANGEBYLEX @z ( +", bulks("10 a b ba c d"), "ZRANGEBYLEX @z [1 [a", bulks("10 a"), "ZRANGEBYLEX @z - + LIMIT 1 2", bulks("a b"),
		"ZRANGEBYLEX @z - + LIMIT 5 -1", bulks("d"), "ZRANGEBYLEX @z - + LIMIT 6 1", emptyList, "ZRANGEBYLEX @z - + LIMIT -1 1", emptyList, "ZRANGEBYLEX @none - +", emptyList,
		"ZREVRANGEBYLEX @z + -", bulks("d c ba b a 10"), "ZREVRANGEBYLEX @z [c (a LIMIT 1 2", bulks("ba b"), "ZREVRANGEBYLEX @z [a [c", emptyList,
		"ZRANGE @z [b (d BYLEX", bulks("b ba c"), "ZRANGE @z (d [b BYLEX REV LIMIT 0 2", bulks("c ba"), "ZLEXCOUNT @z - +", integer(6), "ZLEXCOUNT @z [b (d", three,
		"ZLEXCOUNT @z (d [b", zero, "ZLEXCOUNT @z + -", zero, "ZLEXCOUNT @none - +", zero,
	}},
	{"ends of a range of names begin with a bracket, or are - and +", []string{
		"ZADD @z 0 a 0 b", two, "ZRANGEBYLEX @z a +", badNames, "ZRANGEBYLEX @z - b", badNames, "ZRANGEBYLEX @z -x +", badNames, "ZRANGEBYLEX @z - +x", badNames,
		"ZRANGEBYLEX @z -\x00x +\x00", bulks("a b"), "ZRANGEBYLEX @z 0 1", badNames, "ZREVRANGEBYLEX @z b a", badNames, "ZLEXCOUNT @z a +", badNames,
		"ZLEXCOUNT @none - b", badNames, "ZREMRANGEBYLEX @z a +", badNames, "ZREMRANGEBYLEX @none - b", badNames, "ZRANGE @z a b BYLEX", badNames,
		"ZRANGE @z - + BYLEX WITHSCORES", badNameScores, "ZRANGEBYLEX @z - + WITHSCORES", badNameScores, "ZRANGEBYLEX @z a b WITHSCORES", badNameScores,
	}},
	{"ZRANGE refuses in the order of Redis", []string{
		"SET @s v", done, "ZRANGE @s 0 -1 NOSUCH", syntax, "ZRANGE @s x -1", noInteger, "ZRANGE @s 0 x", noInteger, "ZRANGE @s 0 1.5", noInteger,
		"ZRANGE @s 0 9223372036854775808", noInteger, "ZRANGE @s x y BYSCORE", badRange, "ZRANGE @s x y BYLEX", badNames, "ZRANGE @s x y LIMIT 0 1", badRankLimit,
		"ZRANGE @s x y BYLEX WITHSCORES", badNameScores, "ZRANGE @s 0 1 BYSCORE BYLEX", syntax, "ZRANGE @s 0 1 BYLEX BYSCORE", syntax, "ZRANGE @s 0 1 REV REV", syntax,
		"ZRANGE @s 0 1 BYSCORE BYSCORE", syntax, "ZRANGE @s 0 1 WITHSCORES WITHSCORES", wrongType, "ZRANGE @s 0 1 LIMIT x y NOSUCH", noInteger,
		"ZRANGE @s 0 1 NOSUCH LIMIT x y", syntax, "ZREVRANGE @s x 1", noInteger, "ZRANGEBYSCORE @s 0 1 REV", syntax, "ZRANGEBYSCORE @s 0 1 BYSCORE", syntax,
		"ZREVRANGEBYLEX @s - + BYLEX", syntax, "ZRANGESTORE @d @s 0 1 WITHSCORES", syntax, "ZRANGESTORE @d @s x 1", noInteger, "ZRANGESTORE @d @s x 1 BYSCORE", badRange,
		"ZRANGESTORE @d @s 0 1 LIMIT 0 1", badRankLimit, "ZRANGESTORE @d @s 0 1", wrongType,
	}},
	{"ZRANGESTORE stores what ZRANGE answers, and overwrites", []string{
		"ZADD @z 1 a 2 b 3 c 4 d", integer(4), "ZRANGESTORE @d @z 1 2", two, "ZRANGE @d 0 -1 WITHSCORES", bulks("b 2 c 3"), "ZRANGESTORE @d @z 0 1 REV", two,
		"ZRANGE @d 0 -1 WITHSCORES", bulks("c 3 d 4"), "ZRANGESTORE @d @z (1 3 BYSCORE", two, "ZRANGE @d 0 -1 WITHSCORES", bulks("b 2 c 3"),
		"ZRANGESTORE @d @z inf 2 BYSCORE REV LIMIT 1 1", one, "ZRANGE @d 0 -1 WITHSCORES", bulks("c 3"), "ZRANGESTORE @z @z 0 1", two,
		"ZRANGE @z 0 -1 WITHSCORES", bulks("a 1 b 2"), "ZADD @l 0 a 0 b 0 c", three, "ZRANGESTORE @d @l [b + BYLEX", two, "ZRANGE @d 0 -1 WITHSCORES", bulks("b 0 c 0"),
		"SET @s v EX 1000", done, "ZRANGESTORE @s @z 0 -1", two, "TYPE @s", "+zset\r\n", "TTL @s", noTTL, "ZRANGESTORE @s @z 5 9", zero, "EXISTS @s", zero,
		"ZRANGESTORE @z @none 0 -1", zero, "EXISTS @z", zero, "ZRANGESTORE @z @none 0 -1", zero, "SET @s v", done, "ZRANGESTORE @d @s 0 -1", wrongType, "EXISTS @d", one,
	}},
	{"ZREMRANGEBYRANK removes ranks", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e 6 f", integer(6), "ZREMRANGEBYRANK @z 1 2", two, "ZRANGE @z 0 -1 WITHSCORES", bulks("a 1 d 4 e 5 f 6"), "ZREMRANGEBYRANK @z -1 -1", one,
		"ZREMRANGEBYRANK @z 9 10", zero, "ZREMRANGEBYRANK @z 2 1", zero, "ZRANGE @z 0 -1", bulks("a d e"), "ZREMRANGEBYRANK @z -9 0", one,
		"ZREMRANGEBYRANK @z 0 9223372036854775807", two, "EXISTS @z", zero, "ZREMRANGEBYRANK @z 0 -1", zero, "ZREMRANGEBYRANK @z x 1", noInteger,
		"ZREMRANGEBYRANK @z 0 x", noInteger,
	}},
	{"ZREMRANGEBYSCORE and ZREMRANGEBYLEX remove what is between", []string{
		"ZADD @z 1 a 2 b 3 c 4 d 5 e", integer(5), "ZREMRANGEBYSCORE @z (1 3", two, "ZRANGE @z 0 -1", bulks("a d e"), "ZREMRANGEBYSCORE @z 9 10", zero,
		"ZREMRANGEBYSCORE @z 3 1", zero, "ZREMRANGEBYSCORE @z -inf inf", three, "EXISTS @z", zero, "ZREMRANGEBYSCORE @z -inf inf", zero, "ZADD @l 0 a 0 b 0 c 0 d", integer(4),
		"ZREMRANGEBYLEX @l (a [c", two, "ZRANGE @l 0 -1", bulks("a d"), "ZREMRANGEBYLEX @l + -", zero, "ZREMRANGEBYLEX @l - +", two, "EXISTS @l", zero,
		"ZREMRANGEBYLEX @l - +", zero,
	}},
}
