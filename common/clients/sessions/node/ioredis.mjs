// ioredis.mjs: the session of sessions/README.md, in ioredis.
import Redis from 'ioredis'
import { everyByte, messages, password, port, protocol, restart, show, sorted, sum, until } from './transcript.mjs'

const quiet = client => client.on('error', () => {})
const connect = options =>
  quiet(new Redis({ port, password, protocol, replyMapping: (options?.protocol ?? protocol) === 3 ? 'resp3' : undefined, connectionName: 'session', connectTimeout: 60_000, ...options }))
const alone = async (options, ask) => {
  const client = connect({ connectionName: undefined, maxRetriesPerRequest: 0, retryStrategy: null, ...options })
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}

const r = connect()

async function hello() {
  await show('ping', r.ping(), r.echo('text'), r.client('GETNAME'))
  await show('wrong password', alone({ password: 'wrong' }, c => c.get('s')))
  await show('by name', alone({ username: 'default' }, c => c.ping()))
  await show('acl', r.acl('WHOAMI'), r.acl('USERS'))
}

async function strings() {
  await show('set', r.set('s', 'hello'), r.get('s'), r.get('none'), r.set('s', 'x', 'NX'), r.set('s', 'world', 'GET'))
  await show('append', r.append('s', '!'), r.strlen('s'), r.setrange('s', 7, 'zero'), r.getrange('s', 1, -2))
  await show('incr', r.incrby('n', 41), r.incr('n'), r.decrby('n', 2), r.incrbyfloat('n', 0.25), r.incr('s'))
  await show('getdel', r.getdel('s'), r.exists('s'), r.mset('a', 1, 'b', 2), r.mget('a', 'none', 'b'), r.del('a', 'b', 'none'))
}

async function ttls() {
  await r.set('t', 'v', 'EX', 1000)
  const ttl = await r.pttl('t')
  await show('ttl', ttl > 900_000 && ttl <= 1_000_000, r.ttl('none'), r.persist('t'), r.ttl('t'))
  await show('expire', r.expireat('t', 4_000_000_000), r.expiretime('t'), r.expire('t', 10, 'GT'), r.getex('t', 'PX', 1))
  await until('expired', null, () => r.get('t'))
}

async function binary() {
  await r.set(everyByte, everyByte)
  await show('every byte', (await r.getBuffer(everyByte)).equals(everyByte))
  const large = Buffer.concat(Array(4096).fill(everyByte))
  await r.set('large', large)
  await show('a megabyte', (await r.getBuffer('large')).equals(large), r.strlen('large'), r.del('large', everyByte))
}

async function types() {
  await show('hset', r.hset('h', { a: 1, b: 2.5, c: '' }), r.hset('h', 'a', 3), r.hget('h', 'a'), r.hget('h', 'none'))
  await show('hgetall', r.hgetall('h'), r.hgetall('none'), r.hmget('h', 'b', 'none'), r.hincrby('h', 'a', 5), r.hincrbyfloat('h', 'b', 0.5))
  await show('hdel', r.hdel('h', 'c'), r.hlen('h'), r.hexists('h', 'c'), r.hscan('h', 0))
  await show('rpush', r.rpush('l', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), r.lpush('l', 'first'), r.linsert('l', 'BEFORE', 0, 'second'))
  await show('lrange', r.lrange('l', 0, 3), r.lindex('l', -1), r.lpos('l', 5), r.lpop('l'), r.rpop('l', 2), r.lpop('none'), r.lpop('none', 2))
  await show('ltrim', r.ltrim('l', 0, 2), r.lset('none', 0, 'x'), r.lmpop(2, 'none', 'l', 'LEFT'), r.lpush('h', 'x'))
  await show('sadd', r.sadd('set', 'a', 'b', 3), r.sadd('set', 3), r.smembers('set').then(sorted), r.sismember('set', 'a'), r.smismember('set', 'a', 'z'))
  await r.sadd('set2', 'b', 'c')
  await show('algebra', r.sunion('set', 'set2').then(sorted), r.sinter('set', 'set2'), r.sdiff('set', 'set2').then(sorted), r.sintercard(2, 'set', 'set2'), r.srem('set', 'a'))
  await show('zadd', r.zadd('z', 1, 'a', 2.5, 'b', 'inf', 'c'), r.zadd('z', 'XX', 'CH', 7, 'a'), r.zadd('z', 'INCR', 0.5, 'b'), r.zadd('z', 'NX', 'INCR', 1, 'b'))
  await show('zrange', r.zrange('z', 0, -1, 'WITHSCORES'), r.zrangebyscore('z', '(2', 7), r.zrevrange('z', 0, 0, 'WITHSCORES'))
  await show('zscore', r.zscore('z', 'b'), r.zscore('z', 'none'), r.zmscore('z', 'a', 'none'), r.zrank('z', 'c'), r.zrank('z', 'none'))
  await show('zunion', r.zunion(2, 'z', 'z', 'WEIGHTS', 1, 2, 'WITHSCORES'), r.zrandmember('none'), r.zrandmember('z', 0), r.zscan('z', 0))
  await show('zpop', r.zpopmin('z'), r.zpopmax('z', 2), r.zpopmin('z'), r.zcard('z'))
  await show('bits', r.setbit('bits', 100, 1), r.bitcount('bits'), r.bitpos('bits', 1), r.bitfield('bits', 'SET', 'u8', 0, 200, 'OVERFLOW', 'FAIL', 'INCRBY', 'u8', 0, 100))
  await show('hyperloglog', r.pfadd('hll', 1, 2, 3), r.pfadd('hll', 1), r.pfcount('hll', 'none'))
  await show('geo', r.geoadd('geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'), r.geodist('geo', 'Palermo', 'Catania', 'km'), r.geopos('geo', 'Palermo', 'none'))
  await show('geosearch', r.geosearch('geo', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC', 'WITHCOORD', 'WITHDIST', 'WITHHASH'))
  await show('type', r.type('h'), r.type('none'), r.rename('none', 'x'), r.copy('hll', 'hll2'), r.rpush('unsorted', 3, 1, 2), r.sort('unsorted', 'DESC'))
  await show('lcs', r.mset('x', 'ohmytext', 'y', 'mynewtext'), r.lcs('x', 'y'), r.lcs('x', 'y', 'IDX', 'WITHMATCHLEN'))
}

async function pipelines() {
  const p = r.pipeline()
  for (let i = 0; i < 1000; i++) p.set(`p:${i}`, i).get(`p:${i}`)
  await show('pipeline', p.exec().then(sum))
  await show('an error in a pipeline', r.pipeline().set('text', 'x').incr('text').get('text').exec())
}

async function transactions() {
  await show('multi', r.multi().set('m', 1).incr('m').hgetall('h').zrange('geo', 0, 0, 'WITHSCORES').exec())
  await show('watch', r.watch('m'), r.multi().set('m', 2).exec())
  await r.watch('m')
  await alone({}, c => c.set('m', 'changed'))
  await show('watch broken', r.multi().set('m', 3).exec(), r.get('m'))
  await show('exec aborted', r.multi().call('nosuch').set('m', 'never').exec())
}

async function scans() {
  const found = new Set()
  for await (const keys of r.scanStream({ match: 'p:*', count: 100 })) keys.forEach(k => found.add(k))
  await show('scan', found.size, r.dbsize(), r.scan(0, 'COUNT', 100_000, 'TYPE', 'hash'))
}

async function pubsub() {
  const [s, shards] = [connect(), connect()]
  const { listen, next } = messages()
  for (const event of ['message', 'pmessage']) s.on(event, (...m) => listen(event, ...m))
  shards.on('smessage', (...m) => listen('smessage', ...m))
  await show('subscribed', s.subscribe('news', 'more'), s.psubscribe('n?ws'), shards.ssubscribe('shard'))
  await show('publish', r.publish('news', 'one'), r.publish('nobody', 'x'), r.spublish('shard', 'two'))
  await show('messages', next(3).then(list => list.sort()))
  await show('pubsub', r.pubsub('CHANNELS').then(sorted), r.pubsub('NUMSUB', 'news', 'none'), r.pubsub('NUMPAT'), r.pubsub('SHARDCHANNELS'))
  await show('a command meanwhile', s.get('s'))
  await show('unsubscribed', s.unsubscribe('news'), s.punsubscribe('n?ws'), s.unsubscribe('more'), shards.sunsubscribe('shard'))
  await show('again', s.get('s'), r.publish('news', 'two'))
  s.disconnect()
  shards.disconnect()
}

async function blocking() {
  const b = connect()
  const popped = b.blpop('empty', 'queue', 30)
  await until('blocked', 1, async () => Number(/blocked_clients:(\d+)/.exec(await r.info('clients'))[1]))
  await show('blpop', r.rpush('queue', 'work'), popped, b.blpop('queue', 0.05), b.blmove('queue', 'done', 'LEFT', 'RIGHT', 0.05))
  await show('bzpopmin', r.zadd('zqueue', 1.5, 'm'), b.bzpopmin('zqueue', 1), b.bzmpop(0.05, 1, 'zqueue', 'MIN'))
  b.disconnect()
}

async function tracking() {
  const s = connect({ protocol: 2 })
  const { listen, next } = messages()
  const id = await s.client('ID')
  s.on('message', listen)
  await s.subscribe('__redis__:invalidate')
  const c = connect()
  await show('cached', c.client('TRACKING', 'ON', 'REDIRECT', id), c.set('cached', 1), c.get('cached'))
  await show('invalidated', r.set('cached', 2), next(1))
  await show('off', c.client('TRACKING', 'OFF'))
  c.disconnect()
  s.disconnect()
}

async function server() {
  await show('config', r.config('GET', 'maxmemory-policy'), r.config('SET', 'maxmemory-policy', 'allkeys-lru'), r.config('SET', 'maxmemory-policy', 'noeviction'), r.config('SET', 'nosuch', 1))
  await show('database', alone({ db: 3 }, async c => [await c.set('only', 'there'), await c.dbsize()]), r.get('only'))
  await show('object', r.object('ENCODING', 'h'), r.object('ENCODING', 'none'), r.memory('USAGE', 'none'))
  await show('command', r.command('INFO', 'get', 'none'), r.command('GETKEYS', 'mset', 'a', 1, 'b', 2), r.command('LIST', 'FILTERBY', 'PATTERN', 'zrandm*'))
  await show('slowlog', r.slowlog('RESET'), r.slowlog('GET'), r.latency('LATEST'), r.role())
  await show('unknown', r.call('nosuch', 'a', 'b'), r.call('get'))
}

async function restarted() {
  await r.set('kept', 'yes')
  await restart()
  await until('after a restart', 'yes', () => r.get('kept'))
  await show('all there', r.dbsize())
}

for (const part of [hello, strings, ttls, binary, types, pipelines, transactions, scans, pubsub, blocking, tracking, server, restarted]) await part()
console.log('end')
process.exit(0)
