<?php
// session.php: the session of sessions/README.md, in phpredis.

[, $port, $password] = $argv;
ini_set('precision', 17);
ini_set('serialize_precision', -1);

function connect(?string $auth = null): Redis
{
    global $port, $password;
    $r = new Redis();
    $r->connect('127.0.0.1', (int) $port, 10, null, 20, 60);
    $r->auth($auth ?? $password);
    return $r;
}

// show prints what a piece of code gives, or its error; an error that the client keeps for
// itself is asked for.
function show(string $step, callable $code): void
{
    global $r;
    $r->clearLastError();
    try {
        $value = $code();
    } catch (RedisException $e) {
        $value = get_class($e) . ': ' . $e->getMessage();
    }
    echo $step, ': ', json_encode($value, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_UNESCAPED_SLASHES);
    echo $r->getLastError() === null ? '' : ' (' . trim($r->getLastError()) . ')', "\n";
}

// await asks until it gets what is wanted, since that takes its time.
function await(string $step, mixed $want, callable $code): void
{
    $deadline = microtime(true) + 30;
    do {
        try {
            $value = $code();
        } catch (RedisException) {
            $value = null;
        }
        if ($value === $want) {
            break;
        }
        usleep(5000);
    } while (microtime(true) < $deadline);
    show($step, fn() => $value);
}

function sorted(array $list): array
{
    sort($list);
    return $list;
}

$r = connect();

show('ping', fn() => [$r->ping(), $r->ping('text'), $r->echo('text'), $r->client('setname', 'session'), $r->client('getname')]);
show('wrong password', fn() => connect('wrong'));
show('no password', function () use ($port) {
    $c = new Redis();
    $c->connect('127.0.0.1', (int) $port);
    return $c->get('s');
});
show('acl', fn() => [$r->acl('whoami'), $r->acl('users'), count($r->acl('cat')) > 10]);

show('set', fn() => [$r->set('s', 'hello'), $r->get('s'), $r->get('none'), $r->set('s', 'x', ['nx']), $r->getSet('s', 'world')]);
show('append', fn() => [$r->append('s', '!'), $r->strlen('s'), $r->setRange('s', 7, 'zero'), bin2hex($r->getRange('s', 1, -2))]);
show('incr', fn() => [$r->incrBy('n', 41), $r->incr('n'), $r->decrBy('n', 2), $r->incrByFloat('n', 0.25)]);
show('incr of a text', fn() => $r->incr('s'));
show('mset', fn() => [$r->mSet(['a' => 1, 'b' => 2]), $r->mGet(['a', 'none', 'b']), $r->exists(['a', 'none']), $r->del('a', 'b', 'none'), $r->unlink('s')]);

$r->setex('t', 1000, 'v');
show('ttl', fn() => [$r->ttl('t') > 900, $r->ttl('none'), $r->pttl('t') <= 1000000, $r->persist('t'), $r->ttl('t'), $r->expireAt('t', 4000000000), $r->pExpire('t', 1)]);
await('expired', false, fn() => $r->get('t'));

$value = implode(array_map('chr', range(0, 255))) . "\r\n\0\$-1\r\n";
$large = str_repeat($value, 4096);
$r->set($value, $value);
$r->set('large', $large);
show('every byte', fn() => [$r->get($value) === $value, $r->get('large') === $large, $r->strlen('large'), $r->del($value, 'large')]);

show('hset', fn() => [$r->hSet('h', 'a', 1), $r->hMSet('h', ['b' => 2.5, 'c' => '']), $r->hGet('h', 'a'), $r->hGet('h', 'none'), $r->hGetAll('h'), $r->hMGet('h', ['a', 'none'])]);
show('hincrby', fn() => [$r->hIncrBy('h', 'a', 5), $r->hIncrByFloat('h', 'b', 0.5), $r->hDel('h', 'c'), $r->hLen('h'), $r->hKeys('h'), $r->hExists('h', 'c')]);
show('rpush', fn() => [$r->rPush('l', ...range(0, 9)), $r->lPush('l', 'first'), $r->lInsert('l', Redis::BEFORE, 0, 'second'), $r->lRange('l', 0, 3), $r->lIndex('l', -1)]);
show('lpop', fn() => [$r->lPop('l'), $r->rPop('l'), $r->lPop('none'), $r->lRem('l', 3, 1), $r->lTrim('l', 0, 2), $r->rPopLPush('l', 'l2'), $r->lLen('l')]);
show('sadd', fn() => [$r->sAdd('set', 'a', 'b', 3), $r->sAdd('set', 3), sorted($r->sMembers('set')), $r->sIsMember('set', 'a'), $r->sMisMember('set', 'a', 'z'), $r->sRem('set', 'a')]);
show('zadd', fn() => [$r->zAdd('z', 1, 'a', 2.5, 'b', 9, 'c'), $r->zAdd('z', ['XX', 'CH'], 7, 'a'), $r->zIncrBy('z', 0.5, 'b')]);
show('zrange', fn() => [$r->zRange('z', 0, -1, true), $r->zRangeByScore('z', '(2', 7), $r->zScore('z', 'b'), $r->zScore('z', 'none'), $r->zRank('z', 'c')]);
show('zpop', fn() => [$r->zPopMin('z'), $r->zPopMax('z', 2), $r->zPopMin('z'), $r->zCard('z')]);
show('bits', fn() => [$r->setBit('bits', 100, 1), $r->getBit('bits', 100), $r->bitCount('bits'), $r->bitPos('bits', 1)]);
show('hyperloglog', fn() => [$r->pfAdd('hll', [1, 2, 3]), $r->pfAdd('hll', [1]), $r->pfCount('hll')]);
show('geo', fn() => [$r->geoAdd('geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'), $r->geoDist('geo', 'Palermo', 'Catania', 'km'), $r->geoPos('geo', 'Palermo', 'none'), $r->geoRadius('geo', 15, 37, 200, 'km', ['ASC', 'WITHDIST'])]);
show('wrong type', fn() => $r->lPush('h', 'x'));
show('type', fn() => [$r->type('h'), $r->type('none'), $r->rawCommand('copy', 'hll', 'hll2'), $r->rPush('unsorted', 3, 1, 2), $r->sort('unsorted', ['sort' => 'desc'])]);
show('rename', fn() => $r->rename('none', 'x'));

$p = $r->multi(Redis::PIPELINE);
for ($i = 0; $i < 1000; $i++) {
    $p->set("p:$i", $i)->get("p:$i");
}
$replies = $p->exec();
show('pipeline', fn() => [count($replies), sha1(json_encode($replies))]);
show('an error in a pipeline', fn() => $r->multi(Redis::PIPELINE)->set('text', 'x')->incr('text')->get('text')->exec());

show('multi', fn() => $r->multi()->set('m', 1)->incr('m')->hGetAll('h')->zRange('geo', 0, 0, true)->exec());
show('watch', fn() => [$r->watch('m'), $r->multi()->set('m', 2)->exec()]);
show('watch broken', fn() => [$r->watch('m'), connect()->set('m', 'changed'), $r->multi()->set('m', 3)->exec(), $r->get('m')]);
show('discard', fn() => [$r->multi()->set('m', 4)->discard(), $r->get('m')]);

$found = [];
$cursor = null;
$r->setOption(Redis::OPT_SCAN, Redis::SCAN_RETRY);
while ($keys = $r->scan($cursor, 'p:*', 100)) {
    foreach ($keys as $key) {
        $found[$key] = true;
    }
}
show('scan', fn() => [count($found), $r->dbSize(), count($r->keys('p:*'))]);

// A subscriber's connection waits in its callback: another process publishes.
function beside(string $code): mixed
{
    global $port, $password;
    $head = "\$r = new Redis(); \$r->connect('127.0.0.1', $port); \$r->auth('$password');";
    return proc_open([PHP_BINARY, '-r', $head . $code], [], $pipes);
}

$seen = [];
$child = beside('while ($r->pubsub("numsub", ["news"])["news"] == 0) { usleep(5000); } $r->publish("news", "\xff\0"); $r->publish("news", "last");');
$s = connect();
$s->setOption(Redis::OPT_READ_TIMEOUT, 60);
try {
    // Only the end of the connection ends the client's loop.
    $s->subscribe(['news', 'more'], function ($s, $channel, $message) use (&$seen) {
        $seen[] = [$channel, bin2hex($message)];
        if ($message === 'last') {
            $s->close();
        }
    });
} catch (RedisException) {
}
proc_close($child);
show('seen', fn() => $seen);
await('left', [], fn() => $r->pubsub('channels'));
show('pubsub', fn() => [$r->pubsub('numsub', ['none']), $r->pubsub('numpat')]);

$child = beside('while ($r->info("clients")["blocked_clients"] == 0) { usleep(5000); } $r->rPush("queue", "work");');
show('blpop', fn() => $r->blPop(['empty', 'queue'], 30));
proc_close($child);
show('in vain', fn() => [$r->blPop(['queue'], 1), $r->zAdd('zqueue', 1.5, 'm'), $r->bzPopMin(['zqueue'], 1)]);

show('config', fn() => [$r->config('GET', 'maxmemory-policy'), $r->config('SET', 'maxmemory-policy', 'allkeys-lru'), $r->config('SET', 'maxmemory-policy', 'noeviction')]);
show('a wrong setting', fn() => $r->config('SET', 'nosuch', 1));
show('database', fn() => [$r->select(3), $r->set('only', 'there'), $r->dbSize(), $r->select(0), $r->get('only')]);
show('object', fn() => [$r->object('encoding', 'h'), $r->object('encoding', 'none'), $r->info()['redis_version'], $r->slowlog('len'), abs($r->time()[0] - time()) < 100]);
show('unknown', fn() => $r->rawCommand('nosuch', 'a', 'b'));
show('too few', fn() => $r->rawCommand('get'));

$r->set('kept', 'yes');
echo "@restart\n";
fgets(STDIN);
await('after a restart', 'yes', function () use (&$r) {
    try {
        return $r->get('kept');
    } catch (RedisException $e) {
        $r = connect();
        throw $e;
    }
});
echo "end\n";
