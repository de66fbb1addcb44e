// ch08_sortedsets.go: sorted sets: members with scores, one by one.

package cases

import "redis-internals/common/conformance"

// Errors of sorted sets.
const (
	badSum        = "-ERR resulting score is not a number (NaN)\r\n"
	bothNewAndOld = "-ERR XX and NX options at the same time are not compatible\r\n"
	badCompare    = "-ERR GT, LT, and/or NX options at the same time are not compatible\r\n"
	badIncr       = "-ERR INCR option supports a single increment-element pair\r\n"
)

// talk is a dialogue with a name: what it says holds whether the sorted sets in it are
// listpacks or skip lists.
type talk struct {
	name  string
	steps []string
}

// sortedSets has each dialogue with listpacks, and all with skip lists.
func sortedSets() list {
	all := [][]talk{sortedSetTalks, rangeTalks, popTalks, combineTalks}
	rows := list{{Name: "all the same with skip lists", Own: true, Run: func(t *T) {
		c := t.Dial()
		c.Exchange(cmd("CONFIG", "SET", "zset-max-listpack-entries", "0"), done)
		for _, talks := range all {
			for _, d := range talks {
				speak(c, newKeys(), d.steps...)
			}
		}
	}}}
	for _, talks := range all {
		for _, d := range talks {
			rows = append(rows, conformance.Case{Name: d.name, Run: dialogue(d.steps...)})
		}
	}
	return in(8, lesson8Places, rows)
}

// sortedSetTalks are about members one by one.
var sortedSetTalks = []talk{
	{"ZADD answers how many members are new", []string{
		"ZADD @z 1 a", one, "ZADD @z 1 a", zero, "ZADD @z 2 a 3 b 4 c", two, "ZRANGE @z 0 -1 WITHSCORES", bulks("a 2 b 3 c 4"), "zadd @z 5 d 6 d 7 d", one,
		"ZSCORE @z d", bulk("7"), "TYPE @z", "+zset\r\n", "ZCARD @z", integer(4),
	}},
	{"members of one score are in the order of their bytes", []string{
		"ZADD @z 1 b 1 a 1 B 1 ab 1 10 1 9 1 \x00 1 \x7f 0 z 2 A", integer(10), "ZRANGE @z 0 -1", bulks("z \x00 10 9 B a ab b \x7f A"),
		"ZRANGE @z 0 -1 REV", bulks("A \x7f b ab a B 9 10 \x00 z"), "ZADD @z 1 z", zero, "ZRANGE @z 0 -1 WITHSCORES", bulks("\x00 1 10 1 9 1 B 1 a 1 ab 1 b 1 z 1 \x7f 1 A 2"),
	}},
	{"scores are printed with 17 digits", []string{
		"ZADD @z 3 a 3.0 b 0.1 c 1e3 d 1e17 e -1.5 f inf g -inf h +Inf i 0x10 j .5 k 5. l 1e300 m 5e-324 n infinity o 123456789012345678 p", integer(16),
		"ZRANGE @z 0 -1 WITHSCORES", bulks("h -inf f -1.5 n 4.9406564584124654e-324 c 0.10000000000000001 k 0.5 a 3 b 3 l 5 j 16 d 1000 e 1e+17 p 1.2345678901234568e+17 m 1.0000000000000001e+300 g inf i inf o inf"),
		"ZSCORE @z c", bulk("0.10000000000000001"), "ZSCORE @z e", bulk("1e+17"), "ZSCORE @z p", bulk("1.2345678901234568e+17"),
		"ZINCRBY @z 0.2 c", bulk("0.30000000000000004"), "ZINCRBY @z 1 p", bulk("1.2345678901234568e+17"),
	}},
	{"ZADD takes what C takes for a number", []string{
		"ZADD @z x a", noFloat, "ZADD @z nan a", noFloat, "ZADD @z -nan a", noFloat, "ZADD @z 1x a", noFloat, "ZADD @z 1e400 a", noFloat, "ZADD @z 1e-400 a", noFloat,
		"ZADD @z 1_0 a", noFloat, "ZADD @z 0x a", noFloat, "ZADD @z 1e a", noFloat, "ZADD @z ++1 a", noFloat, "ZADD @z . a", noFloat, "ZADD @z 1 a x b", noFloat,
		"ZADD @z 0x1p3 a", one, "ZSCORE @z a", bulk("8"), "ZCARD @z", one,
	}},
	{"ZADD NX adds and changes nothing", []string{
		"ZADD @z NX 1 a", one, "ZADD @z NX 2 a 3 b", one, "ZRANGE @z 0 -1 WITHSCORES", bulks("a 1 b 3"), "ZADD @z nx CH 2 a 4 c", one, "ZADD @z NX INCR 5 a", nilBulk,
		"ZADD @z NX INCR 5 d", bulk("5"), "ZRANGE @z 0 -1 WITHSCORES", bulks("a 1 b 3 c 4 d 5"),
	}},
	{"ZADD XX changes and adds nothing", []string{
		"ZADD @z XX 1 a", zero, "EXISTS @z", zero, "ZADD @z XX INCR 1 a", nilBulk, "ZADD @z 1 a", one, "ZADD @z XX 2 a 3 b", zero, "ZADD @z XX CH 5 a 3 b", one,
		"ZADD @z xx incr 1 b", nilBulk, "ZADD @z XX INCR 1 a", bulk("6"), "ZRANGE @z 0 -1 WITHSCORES", bulks("a 6"),
	}},
	{"ZADD GT and LT change one way, and add", []string{
		"ZADD @z 5 a", one, "ZADD @z GT 4 a 1 b", one, "ZADD @z GT CH 5 a 6 b", one, "ZADD @z GT CH 6 a", one, "ZADD @z LT CH 7 a 5 b 9 c", two, "ZADD @z lt ch 9 c", zero,
		"ZADD @z GT INCR -1 a", nilBulk, "ZADD @z GT INCR 1 a", bulk("7"), "ZADD @z LT INCR 1 a", nilBulk, "ZADD @z LT INCR 0 a", nilBulk, "ZADD @z LT INCR -1 a", bulk("6"),
		"ZADD @z XX GT CH 10 a 10 x", one, "ZADD @z XX LT CH 1 a 1 x", one, "ZADD @z GT inf a", zero, "ZADD @z LT -inf a", zero,
		"ZRANGE @z 0 -1 WITHSCORES", bulks("a -inf b 5 c 9"),
	}},
	{"ZADD CH counts what has another score", []string{
		"ZADD @z CH 1 a 2 b", two, "ZADD @z CH 1 a 3 b 4 c", two, "ZADD @z CH 1 a", zero, "ZADD @z CH 5 a 1 a", two, "ZADD @z CH INCR 2 a", bulk("3"),
		"ZRANGE @z 0 -1 WITHSCORES", bulks("a 3 b 3 c 4"),
	}},
	{"ZADD INCR is ZINCRBY with options", []string{
		"ZADD @z INCR 5 a", bulk("5"), "ZADD @z incr 2.5 a", bulk("7.5"), "ZINCRBY @z -7.5 a", bulk("0"), "ZINCRBY @z 0x10 b", bulk("16"), "ZINCRBY @z inf b", bulk("inf"),
		"ZINCRBY @z -inf b", badSum, "ZINCRBY @z inf b", bulk("inf"), "ZSCORE @z b", bulk("inf"), "ZADD @z INCR -inf b", badSum,
		"ZRANGE @z 0 -1 WITHSCORES", bulks("a 0 b inf"), "ZINCRBY @z x a", noFloat, "ZINCRBY @z nan a", noFloat, "ZINCRBY @z 1 a", bulk("1"),
	}},
	{"ZADD refuses options that contradict each other, in this order", []string{
		"SET @s v", done, "ZADD @z NX XX 1 a", bothNewAndOld, "ZADD @z NX GT 1 a", badCompare, "ZADD @z NX LT 1 a", badCompare, "ZADD @z GT LT 1 a", badCompare,
		"ZADD @z XX NX GT LT INCR 1 a 2 b", bothNewAndOld, "ZADD @z GT LT INCR 1 a 2 b", badCompare, "ZADD @z INCR 1 a 2 b", badIncr, "ZADD @z INCR x a 2 b", badIncr,
		"ZADD @z NX XX 1", syntax, "ZADD @z NX XX", syntax, "ZADD @z 1 a 2", syntax, "ZADD @z NX XX x a", bothNewAndOld, "ZADD @z CH CH", syntax,
		"ZADD @s NX XX 1 a", bothNewAndOld, "ZADD @s 1 a 2", syntax, "ZADD @s x a", noFloat, "ZADD @s 1 a", wrongType, "ZADD @s XX 1 a", wrongType, "ZINCRBY @s x a", noFloat,
		"ZINCRBY @s 1 a", wrongType, "EXISTS @z", zero, "GET @s", bulk("v"),
	}},
	{"ZINCRBY reads options, too", []string{
		"ZINCRBY @z NX a", syntax, "ZINCRBY @z 1 NX", bulk("1"), "ZSCORE @z NX", bulk("1"), "ZINCRBY @z CH 1", syntax,
	}},
	{"ZADD takes options in front of the pairs only", []string{
		"ZADD @z 1 NX 2 XX", two, "ZRANGE @z 0 -1 WITHSCORES", bulks("NX 1 XX 2"), "ZADD @z 1 a NX", syntax, "ZADD @z 1 a NX 2", noFloat, "ZADD @z NX NX CH CH 1 b", one,
	}},
	{"ZREM answers how many there were, and the last one takes the key along", []string{
		"ZADD @z 1 a 2 b 3 c 4 10", integer(4), "ZREM @z b none", one, "ZREM @z a a", one, "ZRANGE @z 0 -1 WITHSCORES", bulks("c 3 10 4"), "ZREM @z 10", one,
		"ZREM @z c a", one, "EXISTS @z", zero, "ZREM @z a", zero, "ZCARD @z", zero,
	}},
	{"ZSCORE and ZMSCORE of what is there and what is not", []string{
		"ZADD @z 1 a 2.5 10 inf c", three, "ZSCORE @z a", bulk("1"), "ZSCORE @z 10", bulk("2.5"), "ZSCORE @z none", nilBulk, "ZSCORE @none a", nilBulk,
		"ZMSCORE @z a none 10 c a", array(bulk("1"), nilBulk, bulk("2.5"), bulk("inf"), bulk("1")), "ZMSCORE @none a b", array(nilBulk, nilBulk),
	}},
	{"ZRANK and ZREVRANK count from 0", []string{
		"ZADD @z 1 a 2 b 2 c 3 7 inf e", integer(5), "ZRANK @z a", zero, "ZRANK @z c", two, "ZRANK @z 7", three, "ZRANK @z e", integer(4), "ZREVRANK @z a", integer(4),
		"ZREVRANK @z e", zero, "ZREVRANK @z b", three, "ZRANK @z none", nilBulk, "ZREVRANK @z none", nilBulk, "ZRANK @none a", nilBulk, "ZREVRANK @none a", nilBulk,
		"ZADD @z 9 a", zero, "ZRANK @z a", three, "ZREVRANK @z a", one,
	}},
	{"commands on sorted sets refuse what is none", []string{
		"SET @s v", done, "ZREM @s a", wrongType, "ZCARD @s", wrongType, "ZSCORE @s a", wrongType, "ZMSCORE @s a", wrongType, "ZRANK @s a", wrongType,
		"ZREVRANK @s a", wrongType, "ZRANGE @s 0 -1", wrongType, "ZREVRANGE @s 0 -1", wrongType, "ZRANGEBYSCORE @s 0 1", wrongType, "ZREVRANGEBYSCORE @s 1 0", wrongType,
		"ZRANGEBYLEX @s - +", wrongType, "ZREVRANGEBYLEX @s + -", wrongType, "ZCOUNT @s 0 1", wrongType, "ZLEXCOUNT @s - +", wrongType, "ZREMRANGEBYRANK @s 0 1", wrongType,
		"ZREMRANGEBYSCORE @s 0 1", wrongType, "ZREMRANGEBYLEX @s - +", wrongType, "ZRANGESTORE @d @s 0 -1", wrongType, "ZPOPMIN @s", wrongType, "ZPOPMAX @s 0", wrongType,
		"ZMPOP 1 @s MIN", wrongType, "ZMPOP 2 @none @s MAX", wrongType, "ZRANDMEMBER @s", wrongType, "ZRANDMEMBER @s 0", wrongType, "ZUNION 1 @s", wrongType,
		"ZINTER 2 @none @s", wrongType, "ZDIFF 1 @s", wrongType, "ZINTERCARD 1 @s", wrongType, "ZUNIONSTORE @d 1 @s", wrongType, "ZINTERSTORE @d 1 @s", wrongType,
		"ZDIFFSTORE @d 1 @s", wrongType, "ZSCAN @s 0", wrongType, "EXISTS @d", zero, "GET @s", bulk("v"),
	}},
}
