// Goredis is the session of sessions/README.md in go-redis.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"reflect"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"redis-internals/sessions/transcript"
)

var (
	ctx                         = context.Background()
	addr, password, protocol, _ = transcript.Arguments()
	r                           *redis.Client
)

func connect(change func(*redis.Options)) *redis.Client {
	o := &redis.Options{
		Addr: addr, Password: password, Protocol: protocol, ClientName: "session",
		DialTimeout: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
	}
	if change != nil {
		change(o)
	}
	return redis.NewClient(o)
}

// show prints what commands returned, or their errors.
func show(step string, commands ...redis.Cmder) {
	var values []any
	for _, c := range commands {
		// Each kind of command has a Val of its own type.
		value := reflect.ValueOf(c).MethodByName("Val").Call(nil)[0].Interface()
		if err := c.Err(); errors.Is(err, redis.Nil) {
			value = nil
		} else if err != nil {
			value = err
		}
		values = append(values, value)
	}
	transcript.Show(step, values...)
}

func main() {
	redis.SetLogger(quiet{})
	log.SetOutput(io.Discard)
	r = connect(nil)
	hello()
	texts()
	ttls()
	binary()
	hashesAndLists()
	setsAndSortedSets()
	others()
	pipelines()
	transactions()
	scans()
	pubsub()
	blocking()
	tracking()
	server()
	restart()
	fmt.Println("end")
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func hello() {
	show("ping", r.Ping(ctx))
	show("echo", r.Echo(ctx, "text"))
	show("name", r.ClientGetName(ctx))
	show("no password", connect(func(o *redis.Options) { o.Password = "" }).Ping(ctx))
	show("wrong password", connect(func(o *redis.Options) { o.Password = "wrong" }).Ping(ctx))
	show("by name", connect(func(o *redis.Options) { o.Username = "default" }).Ping(ctx))
	show("acl", r.Do(ctx, "acl", "whoami"), r.Do(ctx, "acl", "users"))
	info, err := r.ClientInfo(ctx).Result()
	if err != nil {
		info = &redis.ClientInfo{}
	}
	transcript.Show("client", err, info.Name, info.Resp, info.User, info.DB, info.LastCmd)
}

func texts() {
	show("set", r.Set(ctx, "s", "hello", 0))
	show("get", r.Get(ctx, "s"), r.Get(ctx, "none"))
	show("set nx", r.SetNX(ctx, "s", "x", 0))
	show("set get", r.SetArgs(ctx, "s", "world", redis.SetArgs{Get: true}))
	show("append", r.Append(ctx, "s", "!"), r.StrLen(ctx, "s"), r.SetRange(ctx, "s", 7, "zero"))
	show("getrange", r.GetRange(ctx, "s", 1, -2))
	show("incr", r.IncrBy(ctx, "n", 41), r.Incr(ctx, "n"), r.DecrBy(ctx, "n", 2))
	show("incrbyfloat", r.IncrByFloat(ctx, "n", 0.25))
	show("incr of a text", r.Incr(ctx, "s"))
	show("getdel", r.GetDel(ctx, "s"), r.Get(ctx, "s"))
	show("mset", r.MSet(ctx, "a", 1, "b", 2))
	show("mget", r.MGet(ctx, "a", "none", "b"))
	show("del", r.Del(ctx, "a", "b", "none"), r.Exists(ctx, "a"), r.Unlink(ctx, "n"))
	show("lcs", r.LCS(ctx, &redis.LCSQuery{Key1: "none", Key2: "neither", Len: true}))
}

func ttls() {
	r.Set(ctx, "t", "v", time.Hour)
	transcript.Show("ttl", r.TTL(ctx, "t").Val() > 50*time.Minute, r.TTL(ctx, "none").Val(), r.PTTL(ctx, "t").Val() <= time.Hour)
	show("persist", r.Persist(ctx, "t"), r.ExpireAt(ctx, "t", time.Unix(4_000_000_000, 0)), r.ExpireNX(ctx, "t", time.Hour))
	show("expiretime", r.ExpireTime(ctx, "t"))
	show("getex", r.GetEx(ctx, "t", time.Millisecond))
	transcript.Await("expired", func() bool { return errors.Is(r.Get(ctx, "t").Err(), redis.Nil) })
}

func binary() {
	value := transcript.EveryByte()
	r.Set(ctx, value, value, 0)
	transcript.Show("every byte", r.Get(ctx, value).Val() == value)
	large := strings.Repeat(value, 4096)
	r.Set(ctx, "large", large, 0)
	transcript.Show("a megabyte", r.Get(ctx, "large").Val() == large)
	show("its length", r.StrLen(ctx, "large"), r.Del(ctx, "large", value))
}

func hashesAndLists() {
	show("hset", r.HSet(ctx, "h", "a", 1, "b", 2.5, "c", ""), r.HSet(ctx, "h", "a", 3))
	show("hget", r.HGet(ctx, "h", "a"), r.HGet(ctx, "h", "none"))
	show("hmget", r.HMGet(ctx, "h", "b", "none", "c"))
	show("hgetall", r.HGetAll(ctx, "h"), r.HGetAll(ctx, "none"))
	show("hincrby", r.HIncrBy(ctx, "h", "a", 5))
	show("hincrbyfloat", r.HIncrByFloat(ctx, "h", "b", 0.5))
	show("hdel", r.HDel(ctx, "h", "c"), r.HLen(ctx, "h"))
	transcript.Show("hrandfield", len(r.HRandField(ctx, "h", 5).Val()), len(r.HRandFieldWithValues(ctx, "h", -5).Val()))
	show("rpush", r.RPush(ctx, "l", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), r.LPush(ctx, "l", "first"), r.LInsertBefore(ctx, "l", "0", "second"))
	show("lrange", r.LRange(ctx, "l", 0, 3), r.LRange(ctx, "none", 0, -1))
	show("lindex", r.LIndex(ctx, "l", -1), r.LIndex(ctx, "l", 99))
	show("lpos", r.LPos(ctx, "l", "5", redis.LPosArgs{}), r.LLen(ctx, "l"))
	show("lpop", r.LPop(ctx, "l"))
	show("rpop", r.RPopCount(ctx, "l", 2), r.RPopCount(ctx, "none", 2))
	show("ltrim", r.LTrim(ctx, "l", 0, 2), r.LSet(ctx, "l", 0, "x"), r.LSet(ctx, "none", 0, "x"))
	key, popped, err := r.LMPop(ctx, "left", 2, "none", "l").Result()
	transcript.Show("lmpop", key, popped, err)
	show("wrong type", r.LPush(ctx, "h", "x"))
}

func setsAndSortedSets() {
	show("sadd", r.SAdd(ctx, "set", "a", "b", 3), r.SAdd(ctx, "set", 3), r.SCard(ctx, "set"))
	transcript.Show("smembers", transcript.Sorted(r.SMembers(ctx, "set").Val()), r.SMembersMap(ctx, "set").Val())
	show("sismember", r.SIsMember(ctx, "set", "a"), r.SIsMember(ctx, "set", "z"))
	show("smismember", r.SMIsMember(ctx, "set", "a", "z"))
	r.SAdd(ctx, "set2", "b", "c")
	transcript.Show("algebra", transcript.Sorted(r.SUnion(ctx, "set", "set2").Val()), r.SInter(ctx, "set", "set2").Val(), transcript.Sorted(r.SDiff(ctx, "set", "set2").Val()))
	show("sintercard", r.SInterCard(ctx, 0, "set", "set2"), r.SRem(ctx, "set", "a", "z"))
	show("zadd", r.ZAdd(ctx, "z", redis.Z{Score: 1, Member: "a"}, redis.Z{Score: 2.5, Member: "b"}, redis.Z{Score: 7, Member: "c"}))
	show("zadd xx ch", r.ZAddArgs(ctx, "z", redis.ZAddArgs{XX: true, Ch: true, Members: []redis.Z{{Score: 4, Member: "a"}}}))
	show("zincrby", r.ZIncrBy(ctx, "z", 0.5, "b"), r.ZScore(ctx, "z", "c"), r.ZScore(ctx, "z", "none"))
	show("zmscore", r.ZMScore(ctx, "z", "a", "none"))
	show("zrange", r.ZRangeWithScores(ctx, "z", 0, -1), r.ZRangeByScoreWithScores(ctx, "z", &redis.ZRangeBy{Min: "(3", Max: "+inf"}))
	show("zrank", r.ZRank(ctx, "z", "c"), r.ZRevRank(ctx, "z", "c"), r.ZRank(ctx, "z", "none"), r.ZCount(ctx, "z", "-inf", "5"))
	show("zunion", r.ZUnionWithScores(ctx, redis.ZStore{Keys: []string{"z", "z"}, Weights: []float64{1, 2}}))
	show("zrandmember", r.ZRandMember(ctx, "none", 3))
	show("zpop", r.ZPopMin(ctx, "z"), r.ZPopMax(ctx, "z", 2))
	show("zcard", r.ZCard(ctx, "z"))
}

func others() {
	show("bits", r.SetBit(ctx, "bits", 100, 1), r.GetBit(ctx, "bits", 100), r.BitCount(ctx, "bits", nil), r.BitPos(ctx, "bits", 1))
	show("bitfield", r.BitField(ctx, "bits", "set", "u8", 0, 200, "incrby", "u8", 0, 100))
	show("hyperloglog", r.PFAdd(ctx, "hll", 1, 2, 3, "a"), r.PFAdd(ctx, "hll", 1), r.PFCount(ctx, "hll", "none"))
	show("geoadd", r.GeoAdd(ctx, "geo", &redis.GeoLocation{Name: "Palermo", Longitude: 13.361389, Latitude: 38.115556}, &redis.GeoLocation{Name: "Catania", Longitude: 15.087269, Latitude: 37.502669}))
	show("geodist", r.GeoDist(ctx, "geo", "Palermo", "Catania", "km"))
	show("geohash", r.GeoHash(ctx, "geo", "Palermo"))
	show("geosearch", r.GeoSearchLocation(ctx, "geo", &redis.GeoSearchLocationQuery{
		GeoSearchQuery: redis.GeoSearchQuery{Longitude: 15, Latitude: 37, Radius: 200, RadiusUnit: "km", Sort: "ASC"},
		WithCoord:      true, WithDist: true, WithHash: true,
	}))
	positions := r.GeoPos(ctx, "geo", "Palermo", "none").Val()
	transcript.Show("geopos", *positions[0], positions[1] == nil)
	show("type", r.Type(ctx, "h"), r.Type(ctx, "z"), r.Type(ctx, "geo"))
	show("rename", r.Rename(ctx, "hll", "hll2"), r.Rename(ctx, "none", "x"))
	show("copy", r.Copy(ctx, "hll2", "hll3", 0, false), r.Touch(ctx, "hll2", "none"))
	r.RPush(ctx, "unsorted", 3, 1, 2)
	show("sort", r.Sort(ctx, "unsorted", &redis.Sort{Order: "DESC"}))
}

func pipelines() {
	commands, err := r.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range 1000 {
			p.Set(ctx, fmt.Sprint("p:", i), i, 0)
			p.Get(ctx, fmt.Sprint("p:", i))
		}
		return nil
	})
	var texts []string
	for _, c := range commands {
		texts = append(texts, c.String())
	}
	transcript.Show("pipeline", len(commands), err, transcript.Sum(texts))
	commands, err = r.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "text", "x", 0)
		p.Incr(ctx, "text")
		p.Get(ctx, "text")
		return nil
	})
	transcript.Show("an error in a pipeline", err, commands[0].String(), commands[1].String(), commands[2].String())
}

func transactions() {
	commands, err := r.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "m", 1, 0)
		p.Incr(ctx, "m")
		p.HGetAll(ctx, "h")
		return nil
	})
	transcript.Show("multi", err, commands[0].String(), commands[1].String(), commands[2].(*redis.MapStringStringCmd).Val())
	change := func(meanwhile func()) error {
		return r.Watch(ctx, func(tx *redis.Tx) error {
			seen, _ := tx.Get(ctx, "m").Int()
			meanwhile()
			_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Set(ctx, "m", seen*10, 0); return nil })
			return err
		}, "m")
	}
	transcript.Show("watch", change(func() {}), r.Get(ctx, "m").Val())
	transcript.Show("watch broken", change(func() { r.Set(ctx, "m", "changed", 0) }), r.Get(ctx, "m").Val())
	_, err = r.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Do(ctx, "nosuch"); return nil })
	transcript.Show("exec aborted", err)
}

func scans() {
	found := map[string]bool{}
	for it := r.Scan(ctx, 0, "p:*", 100).Iterator(); it.Next(ctx); {
		found[it.Val()] = true
	}
	transcript.Show("scan", len(found), len(r.Keys(ctx, "p:*").Val()))
	keys, _, err := r.ScanType(ctx, 0, "*", 100_000, "hash").Result()
	transcript.Show("scan of a type", keys, err)
	fields, cursor, err := r.HScan(ctx, "h", 0, "*", 10).Result()
	transcript.Show("hscan", fields, cursor, err)
	show("dbsize", r.DBSize(ctx))
}

func pubsub() {
	p := r.Subscribe(ctx, "news")
	receive := func(n int) (texts []string) {
		for range n {
			m, err := p.ReceiveTimeout(ctx, 30*time.Second)
			texts = append(texts, fmt.Sprint(m, err))
		}
		return texts
	}
	transcript.Show("subscribed", receive(1), p.PSubscribe(ctx, "n?ws"), receive(1), p.Ping(ctx, "still there"), receive(1))
	show("publish", r.Publish(ctx, "news", "one"), r.Publish(ctx, "nobody", "x"))
	transcript.Show("messages", receive(2))
	show("channels", r.PubSubChannels(ctx, "*"))
	show("numsub", r.PubSubNumSub(ctx, "news", "none"))
	show("numpat", r.PubSubNumPat(ctx))
	transcript.Show("unsubscribed", p.Unsubscribe(ctx, "news"), receive(1), p.PUnsubscribe(ctx), receive(1))
	p.Close()
	p = r.SSubscribe(ctx, "shard")
	transcript.Show("ssubscribed", receive(1), r.SPublish(ctx, "shard", "to one").Val(), receive(1))
	show("shards", r.PubSubShardChannels(ctx, "*"))
	p.Close()
}

func blocking() {
	go func() {
		for !strings.Contains(r.Info(ctx, "clients").Val(), "blocked_clients:1") {
			time.Sleep(5 * time.Millisecond)
		}
		r.RPush(ctx, "queue", "work")
	}()
	show("blpop", r.BLPop(ctx, 30*time.Second, "empty", "queue"))
	show("blmove in vain", r.BLMove(ctx, "queue", "done", "LEFT", "RIGHT", time.Second))
	r.ZAdd(ctx, "zqueue", redis.Z{Score: 1, Member: "m"})
	show("bzpopmin", r.BZPopMin(ctx, time.Second, "zqueue"))
}

// tracking asks for messages about a key that is changed: they come on a connection of
// their own, of RESP2, where they are an ordinary channel's.
func tracking() {
	listener := connect(func(o *redis.Options) { o.Protocol = 2 })
	defer listener.Close()
	p := listener.Subscribe(ctx, "__redis__:invalidate")
	defer p.Close()
	_, err := p.ReceiveTimeout(ctx, 30*time.Second)
	list := r.ClientList(ctx).Val()
	var id int
	for line := range strings.Lines(list) {
		if strings.Contains(line, " sub=1 ") {
			fmt.Sscanf(line, "id=%d", &id)
		}
	}
	c := r.Conn()
	defer c.Close()
	show("tracking", ask(c, "client", "tracking", "on", "redirect", id))
	transcript.Show("cached", err, c.Set(ctx, "cached", 1, 0).Val(), c.Get(ctx, "cached").Val(), r.Set(ctx, "cached", 2, 0).Val())
	m, err := p.ReceiveTimeout(ctx, 30*time.Second)
	transcript.Show("invalidated", fmt.Sprint(m), err)
	transcript.Show("redirected", ask(c, "client", "getredir").Val() == int64(id))
	show("tracking off", ask(c, "client", "tracking", "off"))
}

// ask sends a command on one connection.
func ask(c *redis.Conn, args ...any) *redis.Cmd {
	command := redis.NewCmd(ctx, args...)
	_ = c.Process(ctx, command)
	return command
}

func server() {
	show("config", r.ConfigGet(ctx, "maxmemory-policy"))
	show("config set", r.ConfigSet(ctx, "maxmemory-policy", "allkeys-lru"), r.ConfigSet(ctx, "maxmemory-policy", "noeviction"), r.ConfigSet(ctx, "nosuch", "1"))
	other := connect(func(o *redis.Options) { o.DB = 3 })
	show("database", other.Set(ctx, "only", "there", 0), r.Get(ctx, "only"))
	show("dbsize", other.DBSize(ctx))
	transcript.Show("time", time.Since(r.Time(ctx).Val()).Abs() < time.Minute)
	show("object", r.ObjectEncoding(ctx, "h"), r.ObjectEncoding(ctx, "none"))
	get := r.Command(ctx).Val()["get"]
	transcript.Show("command", get.Name, get.Arity, transcript.Sorted(get.Flags), get.FirstKeyPos, get.LastKeyPos, get.StepCount)
	show("getkeys", r.CommandGetKeys(ctx, "zunionstore", "to", 2, "a", "b"))
	transcript.Show("list", len(r.CommandList(ctx, &redis.FilterBy{Pattern: "zr*"}).Val()))
	transcript.Show("info", r.InfoMap(ctx, "server").Val()["Server"]["redis_version"], len(r.InfoMap(ctx, "everything").Val()) > 8)
	transcript.Show("memory", r.MemoryUsage(ctx, "h").Val() > 0)
	show("slowlog", r.SlowLogGet(ctx, 0))
	show("unknown", r.Do(ctx, "nosuch", "a", "b"), r.Do(ctx, "get"))
}

func restart() {
	r.Set(ctx, "kept", "yes", 0)
	transcript.Restart()
	transcript.Await("after a restart", func() bool { return r.Get(ctx, "kept").Val() == "yes" })
	show("all there", r.DBSize(ctx))
}
