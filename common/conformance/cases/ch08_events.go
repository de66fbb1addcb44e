// ch08_events.go: what happens to keys, published (notify-keyspace-events): which event each
// command is, in which order, and which classes there are.

package cases

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// events is a scene: requests, each followed by the events that it is expected to bring, on
// both channels that an event has:
//
//	events("name", "SET k v EX 100", "new k; set k; expire k")
//
// A number in front of a key, as in 1:k, is a database that is not 0. "A> BLPOP k 0" is a
// request of a client that waits then; what it waits for comes later.
func events(name string, steps ...string) conformance.Case {
	return eventsOf(name, "AKEnm", steps...)
}

// eventsOf is events for some classes.
func eventsOf(name, classes string, steps ...string) conformance.Case {
	return conformance.Case{Name: "events: " + name, Own: true, Args: []string{"--enable-debug-command", "yes"}, Run: func(t *T) {
		c, listener := t.Dial(), t.Dial()
		configure(c, "notify-keyspace-events", classes)
		c.Exchange(cmd("DEBUG", "SET-ACTIVE-EXPIRE", "0"), done) // a key is gone when it is asked for
		listener.Exchange(cmd("PSUBSCRIBE", "__key*"), array(bulk("psubscribe"), bulk("__key*"), one))
		listener.Exchange(cmd("SUBSCRIBE", "end"), array(bulk("subscribe"), bulk("end"), integer(2)))
		waiting := 0
		for i := 0; i+1 < len(steps); i += 2 {
			if request, waits := strings.CutPrefix(steps[i], "A> "); waits {
				t.Dial().Send(plain.cmd(request))
				waiting++
				awaitBlocked(t, c, waiting)
			} else {
				for _, line := range strings.Split(steps[i], "; ") {
					c.Send(plain.cmd(line))
					c.Reply()
				}
				if steps[i+1] != "" {
					waiting = 0
				}
			}
			c.Exchange(cmd("PUBLISH", "end", ""), one)
			require.Equal(t, steps[i+1], eventsBefore(t, listener, classes), steps[i])
		}
	}}
}

// eventsBefore reads the events that come before the end, and expects them on both channels if
// both are on.
func eventsBefore(t *T, c *conformance.Conn, classes string) string {
	var found []string
	for {
		message := c.Reply().Strings()
		if message[0] == "message" {
			return strings.Join(found, "; ")
		}
		_, at, _ := strings.Cut(message[2], "@")
		db, key, _ := strings.Cut(at, "__:")
		event := message[3]
		if strings.HasPrefix(message[2], "__keyevent@") {
			key, event = event, key
		} else if strings.Contains(classes, "E") {
			require.Equal(t, []string{"pmessage", "__key*", "__keyevent@" + db + "__:" + event, key}, c.Reply().Strings())
		}
		if db != "0" {
			key = db + ":" + key
		}
		found = append(found, event+" "+key)
	}
}

func keyEvents() list {
	rows := list{
		events("strings", "SET a 1", "new a; set a", "SET a 2 EX 100", "set a; expire a", "SET a 3 KEEPTTL", "set a", "SET b 1 PX 100000 NX", "new b; set b; expire b", "SET b 1 NX", "", "SET b 1 XX GET", "set b",
			"SET c 1 GET", "keymiss c; new c; set c", "SET d 1 XX", "", "SET d 1 XX GET", "keymiss d", "SET d 1 PXAT 1", "new d; set d; expire d", "GETSET e 1", "keymiss e; new e; set e", "GETSET e 2", "set e", "SETNX f 1", "new f; set f", "SETNX f 2", "",
			"SETEX g 100 v", "new g; set g; expire g", "PSETEX g 100000 v", "set g; expire g", "MSET a 1 h 2", "set a; new h; set h", "MSETNX a 1 i 2", "", "MSETNX i 1 j 2", "new i; set i; new j; set j",
			"INCR k", "new k; incrby k", "DECRBY k 3", "incrby k", "INCRBYFLOAT l 1.5", "new l; incrbyfloat l", "APPEND m x", "new m; append m", "APPEND m y", "append m", "SETRANGE n 3 abc", "new n; setrange n", "SETRANGE n 0 z", "setrange n",
			"GETEX a", "", "GETEX a EX 100", "expire a", "GETEX a PERSIST", "persist a", "GETEX a PERSIST", "", "GETEX a EXAT 1", "del a", "GETDEL b", "del b"),
		events("bits and HyperLogLogs", "SETBIT a 7 1", "new a; setbit a", "SETBIT a 7 1", "", "SETBIT a 7 0", "setbit a", "SETBIT b 7 0", "new b; setbit b", "BITFIELD c SET u8 0 1", "new c; setbit c", "BITFIELD c SET u8 0 1", "", "BITFIELD c GET u8 0", "",
			"BITFIELD c INCRBY u8 0 1 INCRBY u8 8 1", "setbit c", "BITOP AND d a c", "new d; set d", "BITOP NOT d a", "set d", "BITOP OR d none none", "keymiss none; keymiss none; del d",
			"PFADD h a b", "new h; pfadd h", "PFADD h a b", "", "PFADD i", "new i; pfadd i", "PFADD i", "", "PFCOUNT h", "", "PFCOUNT h none i", "keymiss none", "PFMERGE m h i", "keymiss m; new m; pfadd m", "PFMERGE m", "pfadd m"),
		events("keys of all kinds", "MSET a 1 b 2 c 3; SADD s x", "new a; set a; new b; set b; new c; set c; new s; sadd s", "DEL a none s", "del a; del s", "UNLINK b none", "del b", "RENAME c d", "new d; rename_from c; rename_to d", "RENAME d d", "", "RENAMENX d d", "", "SET e 1; RENAMENX d e", "new e; set e", "RENAME d e", "new e; rename_from d; rename_to e",
			"COPY e f", "new f; copy_to f", "COPY e f", "", "COPY e f REPLACE", "new f; copy_to f", "COPY e f DB 3", "new 3:f; copy_to 3:f", "MOVE f 3", "", "MOVE e 3", "new 3:e; move_from e; move_to 3:e", "SELECT 3; SET x 1; DEL x; SELECT 0", "new 3:x; set 3:x; del 3:x",
			"EXPIRE f 100", "expire f", "EXPIRE f 100 NX", "", "PERSIST f", "persist f", "PERSIST f", "", "EXPIRE none 1", "", "PEXPIREAT f "+year2100+"000", "expire f", "EXPIRE f -1", "del f", "SET g 1; SWAPDB 0 3; SWAPDB 0 3; FLUSHDB; FLUSHALL", "new g; set g"),
		events("lists", "LPUSH l a b c", "new l; lpush l", "RPUSH l d", "rpush l", "LPUSHX l z", "lpush l", "RPUSHX l z", "rpush l", "RPUSHX none z", "", "LINSERT l BEFORE a q", "linsert l", "LINSERT l BEFORE none q", "", "LSET l 0 0", "lset l", "LREM l 0 q", "lrem l", "LREM l 0 q", "", "LTRIM l 0 100", "ltrim l", "LTRIM l 1 2", "ltrim l",
			"LPOP l", "lpop l", "RPOP l", "rpop l; del l", "RPUSH l a b c; LPOP l 0", "new l; rpush l", "LPOP l 2", "lpop l", "RPOP l 5", "rpop l; del l", "RPUSH l a b; LTRIM l 5 6", "new l; rpush l; ltrim l; del l", "RPUSH l a a; LREM l 0 a", "new l; rpush l; lrem l; del l",
			"RPUSH l a b; LMOVE l m LEFT RIGHT", "new l; rpush l; new m; rpush m; lpop l", "RPOPLPUSH l m", "lpush m; rpop l; del l", "LMOVE m m LEFT RIGHT", "rpush m; lpop m", "LMPOP 2 none m LEFT", "lpop m", "LMPOP 2 none m RIGHT COUNT 9", "rpop m; del m"),
		events("lists that are waited for", "RPUSH l a b", "new l; rpush l", "BLPOP none l 0", "lpop l", "BRPOP l 0", "rpop l; del l", "RPUSH l a b c d", "new l; rpush l", "BLMOVE l m LEFT LEFT 0", "new m; lpush m; lpop l", "BRPOPLPUSH l m 0", "lpush m; rpop l", "BLMPOP 0 1 l LEFT COUNT 9", "lpop l; del l",
			"A> BLPOP w 0", "", "RPUSH w 1 2", "new w; rpush w; lpop w", "A> BRPOP x 0", "", "LPUSH x 1", "new x; lpush x; rpop x; del x", "A> BLMOVE y z LEFT RIGHT 0", "", "RPUSH y 1", "new y; rpush y; new z; rpush z; lpop y; del y", "A> BLMPOP 0 1 v LEFT COUNT 5", "", "RPUSH v 1 2", "new v; rpush v; lpop v; del v", "A> BLPOP k 0", "", "A> BLPOP k 0", "", "MULTI; RPUSH k 1; RPUSH k 2; EXEC", "new k; rpush k; rpush k; lpop k; lpop k; del k", "BLPOP none 0.01", ""),
		events("sets", "SADD s a b c", "new s; sadd s", "SADD s a", "", "SREM s x", "", "SREM s a x", "srem s", "SMOVE s t b", "srem s; new t; sadd t", "SMOVE s t b", "", "SMOVE s t c", "srem s; del s; sadd t", "SADD s c; SMOVE s t c", "new s; sadd s; srem s; del s", "SMOVE t t c", "", "SMOVE none t c", "", "SREM t b c", "srem t; del t",
			"SADD s a b c d", "new s; sadd s", "SPOP s", "spop s", "SPOP s 0", "", "SPOP s 2", "spop s", "SPOP s 2", "spop s; del s", "SADD s a; SPOP s", "new s; sadd s; spop s; del s", "SADD s 1 2 3 4 5 6 7 8 9 10; SPOP s 9", "new s; sadd s; spop s",
			"SADD a x y; SADD b y", "new a; sadd a; new b; sadd b", "SINTERSTORE d a none", "keymiss none", "SINTERSTORE d a b", "new d; sinterstore d", "SINTERSTORE d a b", "sinterstore d", "SINTERSTORE d a none", "keymiss none; del d", "SUNIONSTORE d a b", "new d; sunionstore d", "SUNIONSTORE d none", "keymiss none; del d", "SDIFFSTORE d a b", "new d; sdiffstore d", "SDIFFSTORE d a a", "del d", "SET d x; SUNIONSTORE d a", "new d; set d; sunionstore d"),
		events("hashes", "HSET h a 1 b 2", "new h; hset h", "HSET h a 1", "hset h", "HMSET h a 1", "hset h", "HSETNX h a 1", "", "HSETNX h c 1", "hset h", "HINCRBY h n 1", "hincrby h", "HINCRBY i n 1", "new i; hincrby i", "HINCRBYFLOAT h f 1.5", "hincrbyfloat h", "HINCRBYFLOAT j f 1.5", "new j; hincrbyfloat j", "HDEL h none", "", "HDEL h a none", "hdel h", "HDEL i n none", "hdel i; del i"),
		events("sorted sets", "ZADD z 1 a 2 b", "new z; zadd z", "ZADD z 1 a", "", "ZADD z CH 2 a", "zadd z", "ZADD z INCR 2 a", "zincr z", "ZADD z NX 2 a", "", "ZADD none XX 2 x", "", "ZADD z GT 1 a", "", "ZINCRBY z 2 a", "zincr z", "ZINCRBY z 0 a", "", "ZINCRBY y 2 a", "new y; zincr y", "ZADD z +inf i; ZINCRBY z -inf i", "zadd z", "ZREM z none", "", "ZREM z i", "zrem z", "ZREM y a", "zrem y; del y",
			"DEL z; ZADD z 1 a 2 b 3 c 4 d", "del z; new z; zadd z", "ZREMRANGEBYRANK z 0 0", "zremrangebyrank z", "ZREMRANGEBYRANK z 9 10", "", "ZREMRANGEBYSCORE z 3 3", "zremrangebyscore z", "ZREMRANGEBYLEX z - +", "zremrangebylex z; del z",
			"ZADD z 1 a 2 b 3 c 4 d", "new z; zadd z", "ZPOPMIN z", "zpopmin z", "ZPOPMAX z 2", "zpopmax z", "ZPOPMIN z 0", "", "ZPOPMIN z", "zpopmin z; del z", "ZADD z 1 a 2 b 3 c 4 d; ZMPOP 2 none z MIN COUNT 2", "new z; zadd z; zpopmin z", "BZPOPMIN none z 0", "zpopmin z", "BZMPOP 0 1 z MAX COUNT 9", "zpopmax z; del z", "A> BZPOPMIN w 0", "", "ZADD w 1 a 2 b", "new w; zadd w; zpopmin w",
			"ZADD z 1 a 2 b", "new z; zadd z", "ZUNIONSTORE d 2 z none", "keymiss none; new d; zunionstore d", "ZINTERSTORE d 2 z none", "keymiss none; del d", "ZINTERSTORE d 2 z z", "new d; zinterstore d", "ZDIFFSTORE d 2 z z", "del d", "ZDIFFSTORE d 2 z none", "keymiss none; new d; zdiffstore d", "ZRANGESTORE d z 0 0", "zrangestore d", "ZRANGESTORE d z 9 10", "del d"),
		events("places and SORT", "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", "new g; zadd g", "GEOADD g 13.361389 38.115556 Palermo", "", "GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km", "new d; geosearchstore d", "GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 1 m", "del d", "GEORADIUS g 15 37 200 km STORE d", "new d; georadiusstore d", "GEORADIUSBYMEMBER g Palermo 200 km STOREDIST d", "georadiusstore d", "GEORADIUS none 15 37 1 m STORE d", "keymiss none; del d",
			"RPUSH l 3 1 2; SORT l STORE s", "new l; rpush l; new s; sortstore s", "SORT l BY w_* GET #", "keymiss w_3; keymiss w_1; keymiss w_2", "SORT none STORE s", "keymiss none; del s"),
		events("what is read and not there", "GET a", "keymiss a", "MGET a b", "keymiss a; keymiss b", "EXISTS a b", "keymiss a; keymiss b", "TYPE a", "keymiss a", "TOUCH a", "keymiss a", "TTL a", "keymiss a", "PEXPIRETIME a", "keymiss a", "STRLEN a", "keymiss a", "GETRANGE a 0 1", "keymiss a", "GETBIT a 1", "keymiss a", "BITCOUNT a", "keymiss a", "BITPOS a 1", "keymiss a", "GETEX a", "keymiss a", "GETDEL a", "keymiss a", "LLEN a", "keymiss a", "LRANGE a 0 -1", "keymiss a", "LINDEX a 0", "keymiss a", "LPOS a x", "keymiss a", "SISMEMBER a x", "keymiss a", "SMEMBERS a", "keymiss a", "SCARD a", "keymiss a", "SRANDMEMBER a", "keymiss a", "SSCAN a 0", "keymiss a", "SINTER a b", "keymiss a; keymiss b", "HGET a f", "keymiss a", "HGETALL a", "keymiss a", "HLEN a", "keymiss a", "HRANDFIELD a", "keymiss a", "ZSCORE a m", "keymiss a", "ZRANGE a 0 1", "keymiss a", "ZCARD a", "keymiss a", "ZCOUNT a 1 2", "keymiss a", "ZUNION 2 a b", "keymiss a; keymiss b", "GEOPOS a m", "keymiss a", "PFCOUNT a", "keymiss a",
			"OBJECT ENCODING a", "", "MEMORY USAGE a", "", "DEL a", "", "WATCH a", "", "LPOP a", "", "SPOP a", "", "SCAN 0 TYPE string", "", "DBSIZE", ""),
		events("keys that have expired", "SET a 1; PEXPIREAT a 1", "new a; set a; del a", "SET a 1 PXAT 1", "new a; set a; expire a", "GET a", "expired a; keymiss a", "SET a 1 PXAT 1; SET a 2", "new a; set a; expire a; expired a; new a; set a", "SET a 1 PXAT 1; DEL a", "set a; expire a; expired a", "SET a 1 PXAT 1; INCR a", "new a; set a; expire a; expired a; new a; incrby a", "SET a 1 PXAT 1; RENAME a b", "set a; expire a; expired a", "SET a 1 PXAT 1; EXISTS a", "new a; set a; expire a; expired a; keymiss a",
			"SET a 1 PXAT 1; SCAN 0", "new a; set a; expire a; expired a", "SET a 1 PXAT 1; LPUSH a x", "new a; set a; expire a; expired a; new a; lpush a", "DEL a; SET a 1 PXAT 1; COPY a b", "del a; new a; set a; expire a; expired a; keymiss a", "SET a 1 PXAT 1; SADD s x; SINTERSTORE d a s", "new a; set a; expire a; new s; sadd s; expired a; keymiss a"),
		events("keys that are evicted", "SET a 1; CONFIG SET maxmemory-policy allkeys-random; CONFIG SET maxmemory 1; PING; CONFIG SET maxmemory 0", "new a; set a; evicted a"),
		events("nothing of what is refused or has failed", "SADD s a", "new s; sadd s", "GET s", "", "INCR s", "", "LPUSH s x", "", "HSET s f v", "", "SETRANGE s 0 x", "", "MULTI; SET a 1; DISCARD", "", "MULTI; SET a 1; NOSUCH; EXEC", "", "RENAME none x", "", "LSET none 0 x", ""),
		events("inside of a transaction each command has its own", "MULTI; SET a 1; INCR a; DEL a; EXEC", "new a; set a; incrby a; del a"),
		eventsOf("of strings on __keyspace only", "K$", "SET a 1 EX 100", "set a", "DEL a; LPUSH a x", "", "GET none", ""),
		eventsOf("of lists and keys on __keyevent only", "Elg", "SET a 1 EX 100", "expire a", "LPUSH l x", "lpush l", "LPOP l", "lpop l; del l", "SADD s x; SREM s x", "del s"),
		eventsOf("A has neither m nor n", "KEA", "GET a", "", "SET a 1", "set a", "ZADD z 1 a", "zadd z"),
		eventsOf("without K or E nothing is published", "A", "SET a 1", "", "DEL a", ""),
		eventsOf("with K and E and no class nothing is", "KE", "SET a 1", "", "DEL a", ""),
		{Name: "events: CONFIG SET and GET of the classes", Own: true, Run: eventClasses},
		{Name: "events: classes that change while there are listeners", Own: true, Run: changesClasses},
	}
	return in(8, "Many clients", rows)
}

// eventClasses expects the letters in Redis' order, and the error for those that are none.
func eventClasses(t *T) {
	c := t.Dial()
	const name = "notify-keyspace-events"
	for set, get := range map[string]string{
		"": "", "KEA": "AKE", "AKEmn": "AKEm", "nK": "nK", "g$lshzxetd": "A", "mnKE": "nKEm", "xxKK": "xK", "zsl$": "$lsz", "E": "E", "td": "td",
	} {
		configure(c, name, set)
		c.Exchange(cmd("CONFIG", "GET", name), array(bulk(name), bulk(get)))
	}
	configure(c, name, "KEx")
	for _, bad := range []string{"q", "KEAq", "k", "K E"} {
		c.Exchange(cmd("CONFIG", "SET", name, bad), setFailed(name, "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."))
	}
	c.Exchange(cmd("CONFIG", "GET", name), array(bulk(name), bulk("xKE")))
}

// changesClasses expects that a setting holds from the next command on.
func changesClasses(t *T) {
	c, listener := t.Dial(), t.Dial()
	listener.Exchange(cmd("PSUBSCRIBE", "__key*"), array(bulk("psubscribe"), bulk("__key*"), one))
	speak(c, plain, "SET a 1", done, "CONFIG SET notify-keyspace-events E$", done, "SET a 2", done, "CONFIG SET notify-keyspace-events Kg", done, "SET a 3", done, "DEL a", one, "CONFIG SET notify-keyspace-events E", done, "SET a 4", done, "PUBLISH __keyend x", one)
	for _, want := range []string{"__keyevent@0__:set a", "__keyspace@0__:a del", "__keyend x"} {
		channel, text, _ := strings.Cut(want, " ")
		listener.Expect(array(bulk("pmessage"), bulk("__key*"), bulk(channel), bulk(text)))
	}
}
