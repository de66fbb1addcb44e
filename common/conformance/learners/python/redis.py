"""redis.py: chapters 2 to 5 in Python: a thread for each client, and one lock.

    python3 redis.py --port 7000 [--maxkeys 10] [--maxmemory-policy allkeys-lru]
                     [--appendonly yes] [--appendfsync always] [--bug NAME]

    a client's thread:  read a request ─▶ lock ─▶ execute ─▶ log ─▶ unlock ─▶ reply
    one more:           every 100 ms: lock, delete what has expired

The lock is what Redis' single thread is for. The log is written with it held, so
its order is the order in which things happened.

--bug plants one mistake: newest-goes-first, values-split-at-spaces,
zeros-in-front-pass, incr-drops-ttl, missing-key-crashes.
"""

import argparse
import os
import random
import socket
import threading
import time

LOG = "appendonly.aof"
SAMPLES = 5  # keys that are looked at to find one that was not used for long

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, default=6379)
options.add_argument("--maxkeys", type=int, default=0)
options.add_argument("--maxmemory-policy", dest="policy", default="noeviction")
options.add_argument("--appendonly", default="no")
options.add_argument("--appendfsync", default="everysec")
options.add_argument("--bug", default="")
options = options.parse_args()


class Entry:
    """What a key holds."""

    def __init__(self, value, expires_at=None):
        self.value = value  # an int, or bytes
        self.expires_at = expires_at  # milliseconds since 1970, or None
        self.used = time.monotonic()


lock = threading.Lock()
store = {}  # key -> Entry, the oldest key first
log = None  # the open log


class CommandError(Exception):
    """Its text is the reply."""


SYNTAX = CommandError("ERR syntax error")
NOT_A_NUMBER = CommandError("ERR value is not an integer or out of range")
NO_SUCH_KEY = CommandError("ERR no such key")
OVERFLOW = CommandError("ERR increment or decrement would overflow")


# ---- the protocol ----


def read_request(file):
    """Reads a request from a client or from the log. None at the end."""
    line = file.readline()
    if not line:
        return None
    if line[:1] != b"*":
        raise ValueError("Protocol error: expected '*'")
    args = []
    for _ in range(int(line[1:])):
        length = file.readline()
        if length[:1] != b"$":
            raise ValueError("Protocol error: expected '$'")
        argument = file.read(int(length[1:]))
        if len(argument) < int(length[1:]) or file.read(2) != b"\r\n":
            raise ValueError("Protocol error: the request is cut")
        args.append(argument)
    return args


def simple(text):
    return b"+%s\r\n" % text.encode()


def error(text):
    return b"-%s\r\n" % text.encode()


def integer(n):
    return b":%d\r\n" % n


def bulk(value):
    if value is None:
        return b"$-1\r\n"
    return b"$%d\r\n%s\r\n" % (len(value), value)


OK = simple("OK")


def request(args):
    return b"*%d\r\n" % len(args) + b"".join(bulk(a) for a in args)


# ---- the keys ----


def now():
    return int(time.time() * 1000)


def lookup(key):
    """The key's entry, or None. An expired one is deleted on the way."""
    entry = store.get(key)
    if entry and entry.expires_at is not None and entry.expires_at <= now():
        del store[key]
        return None
    return entry


def use(key):
    """lookup for a command that reads or changes the value."""
    entry = lookup(key)
    if options.policy == "allkeys-lru":
        if options.bug == "missing-key-crashes" or entry:
            entry.used = time.monotonic()
    return entry


def put(key, entry):
    store[key] = entry
    while options.maxkeys and len(store) > options.maxkeys:
        evict(key)


def evict(newest):
    if options.bug == "newest-goes-first":
        store.popitem()
        return
    others = [k for k in store if k != newest]
    if options.policy == "allkeys-random":
        victim = random.choice(others)
    elif options.policy == "allkeys-lru":
        sample = random.sample(others, min(SAMPLES, len(others)))
        victim = min(sample, key=lambda k: store[k].used)
    else:
        victim = others[0]
    del store[victim]


def delete_expired():
    """Runs beside the clients: what nobody asks for goes, too."""
    while True:
        time.sleep(0.1)
        with lock:
            for key in list(store):
                lookup(key)


def to_int(raw):
    """The number that raw stands for. "7" is one; "007", "+7" and " 7" are not."""
    try:
        n = int(raw)
    except ValueError:
        raise NOT_A_NUMBER
    if not -(2**63) <= n < 2**63:
        raise NOT_A_NUMBER
    if options.bug != "zeros-in-front-pass" and str(n).encode() != raw:
        raise NOT_A_NUMBER
    return n


def encode(raw):
    """What is stored for a value: a number as a number."""
    try:
        return to_int(raw)
    except CommandError:
        return raw


def text(value):
    return str(value).encode() if isinstance(value, int) else value


# ---- the commands: each gets its arguments and returns the reply ----


def ping(args):
    return bulk(args[0]) if args else simple("PONG")


def echo(args):
    return bulk(args[0])


def get(args):
    entry = use(args[0])
    return bulk(text(entry.value) if entry else None)


def set_(args):
    key, value = args[:2]
    expires_at = None
    if len(args) > 2:
        if len(args) != 4 or args[2].upper() not in (b"EX", b"PX", b"PXAT"):
            raise SYNTAX
        number = to_int(args[3])
        if number <= 0:
            raise CommandError("ERR invalid expire time in 'set' command")
        unit = args[2].upper()
        if unit == b"EX":
            expires_at = now() + number * 1000
        elif unit == b"PX":
            expires_at = now() + number
        else:
            expires_at = number
    put(key, Entry(encode(value), expires_at))
    if expires_at is None:
        append([b"SET", key, value])
    else:
        append([b"SET", key, value, b"PXAT", b"%d" % expires_at])
    return OK


def delete(args):
    there = 0
    for key in args:
        if lookup(key):
            del store[key]
            there += 1
    if there:
        append([b"DEL"] + args)
    return integer(there)


def expire(args):
    return expire_at(args[0], now() + to_int(args[1]) * 1000)


def pexpireat(args):
    return expire_at(args[0], to_int(args[1]))


def expire_at(key, when):
    entry = lookup(key)
    if not entry:
        return integer(0)
    entry.expires_at = when  # if that is over, the next lookup deletes it
    append([b"PEXPIREAT", key, b"%d" % when])
    return integer(1)


def ttl(args):
    entry = lookup(args[0])
    if not entry:
        return integer(-2)
    if entry.expires_at is None:
        return integer(-1)
    return integer((entry.expires_at - now() + 500) // 1000)


def incr(args):
    key = args[0]
    entry = use(key)
    old = entry.value if entry else 0
    if not isinstance(old, int):
        raise NOT_A_NUMBER
    if old == 2**63 - 1:
        raise OVERFLOW
    if entry and options.bug != "incr-drops-ttl":
        entry.value = old + 1
    else:
        put(key, Entry(old + 1))
    append([b"INCR", key])
    return integer(old + 1)


def object_(args):
    if args[0].upper() != b"ENCODING":
        raise CommandError("ERR unknown subcommand '%s'." % args[0].decode(errors="replace"))
    entry = lookup(args[1])
    if not entry:
        raise NO_SUCH_KEY
    if isinstance(entry.value, int):
        return bulk(b"int")
    return bulk(b"embstr" if len(entry.value) <= 44 else b"raw")


def type_(args):
    return simple("string" if lookup(args[0]) else "none")


def info(args):
    lines = "# Keyspace\r\n"
    if store:
        limited = sum(e.expires_at is not None for e in store.values())
        lines += "db0:keys=%d,expires=%d,avg_ttl=0\r\n" % (len(store), limited)
    return bulk(lines.encode())


def bgrewriteaof(args):
    """Writes the shortest log for what is there. Everybody waits meanwhile."""
    global log
    if log is None:
        return simple("Background append only file rewriting started")
    with open(LOG + ".new", "wb") as new:
        for key, entry in store.items():
            args = [b"SET", key, text(entry.value)]
            if entry.expires_at is not None:
                args += [b"PXAT", b"%d" % entry.expires_at]
            new.write(record(args))
        new.flush()
        os.fsync(new.fileno())
    os.replace(LOG + ".new", LOG)
    log.close()
    log = open(LOG, "ab")
    return simple("Background append only file rewriting started")


COMMANDS = {  # name: function, fewest arguments, most
    b"PING": (ping, 0, 1),
    b"ECHO": (echo, 1, 1),
    b"GET": (get, 1, 1),
    b"SET": (set_, 2, 99),
    b"DEL": (delete, 1, 10**6),
    b"EXPIRE": (expire, 2, 2),
    b"PEXPIREAT": (pexpireat, 2, 2),
    b"TTL": (ttl, 1, 1),
    b"INCR": (incr, 1, 1),
    b"OBJECT": (object_, 2, 2),
    b"TYPE": (type_, 1, 1),
    b"INFO": (info, 0, 1),
    b"BGREWRITEAOF": (bgrewriteaof, 0, 0),
}


def execute(args):
    name = args[0]
    if name.upper() not in COMMANDS:
        beginning = "".join("'%s' " % a.decode(errors="replace")[:128] for a in args[1:])
        return error("ERR unknown command '%s', with args beginning with: %s" % (name.decode(errors="replace"), beginning))
    function, fewest, most = COMMANDS[name.upper()]
    if not fewest <= len(args) - 1 <= most:
        return error("ERR wrong number of arguments for '%s' command" % name.decode().lower())
    try:
        return function(args[1:])
    except CommandError as e:
        return error(str(e))


# ---- the log ----


def record(args):
    if options.bug == "values-split-at-spaces":
        return b" ".join(args) + b"\n"
    return request(args)


def append(args):
    if log is None:
        return
    log.write(record(args))
    log.flush()
    if options.appendfsync == "always":
        os.fsync(log.fileno())


def load():
    if not os.path.exists(LOG):
        return
    with open(LOG, "r+b") as file:
        if options.bug == "values-split-at-spaces":
            for line in file:
                if line.split():
                    execute(line.split())
            return
        whole = 0
        try:
            while args := read_request(file):
                execute(args)
                whole = file.tell()
        except ValueError:
            print("The log's last record is not whole, so it was never answered.")
            file.truncate(whole)


# ---- the clients ----


def serve(conn):
    with conn, conn.makefile("rb") as file:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while (args := read_request(file)) is not None:
                if args:
                    with lock:
                        reply = execute(args)
                    conn.sendall(reply)
        except ValueError as e:
            conn.sendall(error("ERR %s" % e))
        except ConnectionError:
            pass


def main():
    global log
    if options.appendonly == "yes":
        load()
        log = open(LOG, "ab")
    threading.Thread(target=delete_expired, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", options.port), backlog=511)
    print("ready on port", options.port, flush=True)
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
