# session.py: the session of sessions/README.md, in redis-py.
#
# session.py PORT PASSWORD PROTOCOL LIST
import hashlib
import sys
import threading
import time

import redis

port, password, single = int(sys.argv[1]), sys.argv[2], sys.argv[4].endswith("single.txt")


def connect(**options):
    options = {"password": password, "client_name": None if single else "session", **options}
    return redis.Redis("127.0.0.1", port, retry_on_timeout=True, **options)


def show(step, value):
    if callable(value):
        try:
            value = value()
        except redis.RedisError as e:
            value = f"{type(e).__name__}: {e}"
    if isinstance(value, set):
        value = sorted(value)
    if isinstance(value, dict):
        value = sorted(value.items())
    print(f"{step}: {value!r}", flush=True)


def wait(step, want, read):
    """Reads until it has what is wanted, since what is wanted takes its time."""
    deadline = time.monotonic() + 30
    value = read()
    while value != want and time.monotonic() < deadline:
        time.sleep(0.005)
        value = read()
    show(step, value)


r = connect()


def strings():
    show("set", r.set("s", "hello"))
    show("get", r.get("s"))
    show("get missing", r.get("none"))
    show("set nx", r.set("s", "x", nx=True))
    show("set get", r.set("s", "world", get=True))
    show("append", r.append("s", "!"))
    show("getrange", r.getrange("s", 1, -2))
    show("setrange", r.setrange("s", 7, "zero"))
    show("strlen", r.strlen("s"))
    show("incrby", [r.incrby("n", 41), r.incr("n"), r.decrby("n", 2)])
    show("incrbyfloat", r.incrbyfloat("n", 0.25))
    show("incr of a text", lambda: r.incr("s"))
    show("getset", r.getset("s", "end"))
    show("getdel", [r.getdel("s"), r.exists("s")])


def ttls():
    r.set("t", "v", ex=1000)
    show("ttl", [900 < r.ttl("t") <= 1000, r.ttl("none"), 900_000 < r.pttl("t") <= 1_000_000])
    show("persist", [r.persist("t"), r.ttl("t")])
    show("expireat", [r.expireat("t", 4_000_000_000), r.expiretime("t") if not single else None])
    show("getex", r.getex("t", px=1))
    wait("expired", None, lambda: r.get("t"))


def binary():
    value = bytes(range(256)) + b"\r\n\0$-1\r\n"
    r.set(value, value)
    show("every byte", r.get(value) == value)
    large = value * 4096
    r.set("large", large)
    show("a megabyte", hashlib.sha1(r.get("large")).hexdigest())
    show("its length", [r.strlen("large"), r.delete("large"), r.delete(value)])


def types():
    show("hset", [r.hset("h", mapping={"a": 1, "b": 2.5, "c": ""}), r.hset("h", "a", 3)])
    show("hget", [r.hget("h", "a"), r.hget("h", "none"), r.hmget("h", "b", "none", "c")])
    show("hgetall", r.hgetall("h"))
    show("hincrby", [r.hincrby("h", "a", 5), r.hincrbyfloat("h", "b", 0.5), r.hdel("h", "c"), r.hlen("h")])
    show("hscan", r.hscan("h")[1])
    show("rpush", [r.rpush("l", *range(10)), r.lpush("l", "first"), r.linsert("l", "before", 0, "second")])
    show("lrange", [r.lrange("l", 0, 3), r.lindex("l", -1), r.llen("l"), r.lpos("l", 5)])
    show("lpop", [r.lpop("l"), r.rpop("l", 2), r.lrem("l", 1, 3), r.ltrim("l", 0, 2), r.lrange("l", 0, -1)])
    show("sadd", [r.sadd("set", "a", "b", 3), r.sadd("set", 3), r.scard("set")])
    show("smembers", r.smembers("set"))
    show("sismember", [r.sismember("set", "a"), r.sismember("set", "z"), r.smismember("set", ["a", "z"])])
    show("sscan", set(r.sscan("set")[1]))
    show("srem", [r.srem("set", "a", "z"), sorted(r.sinter("set"))])
    show("zadd", [r.zadd("z", {"a": 1, "b": 2.5, "c": float("inf")}), r.zadd("z", {"a": 7}, xx=True, ch=True)])
    show("zrange", [r.zrange("z", 0, -1, withscores=True), r.zrangebyscore("z", "(2", 7, withscores=True)])
    show("zscore", [r.zscore("z", "b"), r.zscore("z", "none"), r.zmscore("z", ["a", "none"]), r.zincrby("z", 0.5, "b")])
    show("zrank", [r.zrank("z", "c"), r.zrevrank("z", "c"), r.zrank("z", "none"), r.zcount("z", "-inf", 7)])
    show("zscan", sorted(r.zscan("z")[1]))
    show("zpopmin", [r.zpopmin("z"), r.zpopmax("z", 2), r.zcard("z")])
    show("bitmap", [r.setbit("bits", 100, 1), r.getbit("bits", 100), r.bitcount("bits"), r.bitpos("bits", 1)])
    show("bitfield", r.bitfield("bits").set("u8", 0, 200).incrby("u8", 0, 100).execute())
    show("hyperloglog", [r.pfadd("hll", *range(1000)), r.pfadd("hll", 1), r.pfcount("hll")])
    show("geo", [r.geoadd("geo", [13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"]), r.geodist("geo", "Palermo", "Catania", "km"), r.geohash("geo", "Palermo")])
    show("geosearch", r.geosearch("geo", longitude=15, latitude=37, radius=200, unit="km", withdist=True, withcoord=True, sort="ASC"))
    show("wrong type", lambda: r.lpush("h", "x"))
    show("type", [r.type(k) for k in ("h", "l", "set", "n", "geo", "none")])


def pipelines():
    p = r.pipeline(transaction=False)
    for i in range(1000):
        p.set(f"p:{i}", i)
        p.get(f"p:{i}")
    show("pipeline", hashlib.sha1(repr(p.execute()).encode()).hexdigest())
    p.set("p:text", "x").incr("p:text").get("p:text")
    show("an error in a pipeline", [str(v) for v in p.execute(raise_on_error=False)])


def transactions():
    p = r.pipeline()
    show("multi", p.set("m", 1).incr("m").hgetall("h").lrange("l", 0, -1).execute())
    p.watch("m")
    seen = int(p.get("m"))
    p.multi()
    p.set("m", seen * 10)
    show("watch", [p.execute(), r.get("m")])
    p.watch("m")
    r.set("m", "changed")
    p.multi()
    p.set("m", "mine")
    show("watch broken", p.execute)
    show("after it", r.get("m"))
    p.reset()
    p.execute_command("nosuch")
    p.set("m", "never")
    show("exec aborted", p.execute)
    show("mset", [r.mset({"a": 1, "b": 2}), r.mget("a", "none", "b"), r.msetnx({"a": 9, "z1": 9}), r.delete("a", "b", "none")])
    show("rename", [r.rename("m", "m2"), r.copy("m2", "m3"), r.exists("m", "m2", "m3"), r.unlink("m2", "m3")])
    show("sort", [r.rpush("unsorted", 3, 1, 2), r.sort("unsorted", desc=True)])


def scans():
    show("scan", sorted(r.scan_iter("p:*", count=100)) == sorted(r.keys("p:*")))
    show("scan of a type", sorted(r.scan_iter(_type="hash")))
    show("dbsize", r.dbsize())


def pubsub():
    p = r.pubsub()
    p.subscribe("news", b"bin\0ary")
    p.psubscribe("n?ws")
    read = lambda n: [p.get_message(timeout=30) for _ in range(n)]
    show("subscribed", read(3))
    show("publish", [r.publish("news", "one"), r.publish(b"bin\0ary", b"\xff\0"), r.publish("nobody", "x")])
    show("messages", read(3))
    show("pubsub", [sorted(r.pubsub_channels()), r.pubsub_numsub("news", "none"), r.pubsub_numpat()])
    p.unsubscribe("news")
    p.punsubscribe()
    show("unsubscribed", read(2))
    show("publish to none", r.publish("news", "two"))
    p.close()
    wait("left", [], r.pubsub_channels)


def blocking():
    def push():
        other = connect()
        while int(other.info("clients")["blocked_clients"]) == 0:
            time.sleep(0.005)
        other.rpush("queue", "work")

    t = threading.Thread(target=push)
    t.start()
    show("blpop", r.blpop(["empty", "queue"], timeout=30))
    t.join()
    show("blpop in vain", r.blpop("queue", timeout=0.05))
    r.zadd("zqueue", {"m": 1})
    show("others", [r.bzpopmin("zqueue", 1), r.blmove("queue", "done", 0.01, "LEFT", "RIGHT")])


def caching():
    p = r.pubsub()
    p.subscribe("__redis__:invalidate")
    p.get_message(timeout=30)
    c = connect(single_connection_client=True)
    listener = int(r.client_list(_type="pubsub")[0]["id"])
    c.execute_command("CLIENT", "TRACKING", "ON", "REDIRECT", listener)
    show("cached", [c.set("cached", 1), c.get("cached")])
    r.set("cached", 2)
    show("invalidated", p.get_message(timeout=30))
    show("tracking", [c.execute_command("CLIENT", "GETREDIR") == listener, c.execute_command("CLIENT", "TRACKING", "OFF")])
    p.close()


def server():
    show("config", [r.config_get("maxmemory-policy"), r.config_set("maxmemory-policy", "allkeys-lru"), r.config_set("maxmemory-policy", "noeviction")])
    show("a wrong setting", lambda: r.config_set("nosuch", 1))
    show("info", [r.info("server")["redis_version"], sorted(r.info("keyspace")["db0"])])
    show("client", [r.client_getname(), r.client_setname("other"), r.client_id() > 0])
    show("database", [connect(db=3).set("only", "there"), r.get("only"), connect(db=3).dbsize()])
    show("time", abs(r.time()[0] - time.time()) < 100)
    show("object", [r.object("encoding", "h"), r.object("refcount", "h"), r.memory_usage("h") > 0])
    show("command", [len(r.command()) > 200, r.command_count() > 200, r.command()["get"]["arity"]])
    show("slowlog", [r.slowlog_reset(), r.slowlog_len()])
    show("unknown", lambda: r.execute_command("nosuch", "a", "b"))
    show("too few", lambda: r.execute_command("get"))


def restart():
    r.set("kept", "yes")
    print("@restart", flush=True)
    sys.stdin.readline()

    def read():
        try:
            return r.get("kept")
        except redis.ConnectionError:
            return None

    wait("after a restart", b"yes", read)


show("ping", r.ping())
if not single:
    show("echo", r.echo("text"))
    show("name", r.client_getname())
    show("no password", connect(password=None, client_name=None).ping)
    show("wrong password", connect(password="wrong").ping)
    show("acl", [r.acl_whoami(), r.acl_users(), len(r.acl_cat()) > 10])
strings()
ttls()
binary()
types()
pipelines()
if not single:
    transactions()
    scans()
    pubsub()
    blocking()
    caching()
    server()
    restart()
print("end")
