// node-redis.mjs: the session of sessions/README.md, in node-redis.
import { BasicClientSideCache, RESP_TYPES, createClient } from '@redis/client'
import { everyByte, messages, password, port, protocol, restart, show, sorted, sum, until } from './transcript.mjs'

const options = more => ({ password, RESP: protocol, name: 'session', ...more, socket: { port, connectTimeout: 60_000, ...more?.socket } })
const connect = more => createClient(options(more)).on('error', () => {}).connect()
const alone = async (more, ask) => {
  const client = await connect({ socket: { reconnectStrategy: false }, ...more })
  try {
    return await ask(client)
  } finally {
    client.destroy()
  }
}

const r = await connect()
const bytes = r.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })

async function hello() {
  await show('ping', r.ping(), r.echo('text'), r.clientGetName())
  await show('no password', alone({ password: undefined, name: undefined }, c => c.get('s')))
  await show('wrong password', alone({ password: 'wrong' }, c => c.get('s')))
  await show('by name', alone({ username: 'default' }, c => c.ping()))
  await show('acl', r.aclWhoAmI(), r.aclUsers(), r.aclCat().then(list => list.length > 10))
  const { name, resp, user, cmd } = await r.clientInfo()
  await show('client', name, resp, user, cmd)
}

async function strings() {
  await show('set', r.set('s', 'hello'), r.get('s'), r.get('none'), r.set('s', 'x', { condition: 'NX' }), r.set('s', 'world', { GET: true }))
  await show('append', r.append('s', '!'), r.strLen('s'), r.setRange('s', 7, 'zero'), r.getRange('s', 1, -2))
  await show('incr', r.incrBy('n', 41), r.incr('n'), r.decrBy('n', 2), r.incrByFloat('n', 0.25), r.incr('s'))
  await show('getdel', r.getDel('s'), r.exists('s'), r.mSet({ a: '1', b: '2' }), r.mGet(['a', 'none', 'b']), r.del(['a', 'b', 'none']))
}

async function ttls() {
  await r.set('t', 'v', { expiration: { type: 'EX', value: 1000 } })
  const ttl = await r.pTTL('t')
  await show('ttl', ttl > 900_000 && ttl <= 1_000_000, r.ttl('none'), r.persist('t'), r.ttl('t'))
  await show('expire', r.expireAt('t', 4_000_000_000), r.expireTime('t'), r.expire('t', 10, 'GT'), r.getEx('t', { type: 'PX', value: 1 }))
  await until('expired', null, () => r.get('t'))
}

async function binary() {
  await r.set(everyByte, everyByte)
  await show('every byte', (await bytes.get(everyByte)).equals(everyByte))
  const large = Buffer.concat(Array(4096).fill(everyByte))
  await r.set('large', large)
  await show('a megabyte', (await bytes.get('large')).equals(large), r.strLen('large'), r.del(['large', everyByte]))
}

async function types() {
  await show('hset', r.hSet('h', { a: 1, b: 2.5, c: '' }), r.hSet('h', 'a', 3), r.hGet('h', 'a'), r.hGet('h', 'none'))
  await show('hgetall', r.hGetAll('h'), r.hGetAll('none'), r.hmGet('h', ['b', 'none']), r.hIncrBy('h', 'a', 5), r.hIncrByFloat('h', 'b', 0.5))
  await show('hdel', r.hDel('h', 'c'), r.hLen('h'), r.hExists('h', 'c'), r.hScan('h', '0'), r.hRandFieldCountWithValues('h', 9).then(list => list.length))
  await show('rpush', r.rPush('l', Array.from('0123456789')), r.lPush('l', 'first'), r.lInsert('l', 'BEFORE', '0', 'second'))
  await show('lrange', r.lRange('l', 0, 3), r.lIndex('l', -1), r.lPos('l', '5'), r.lPop('l'), r.rPopCount('l', 2), r.lPop('none'), r.lPopCount('none', 2))
  await show('ltrim', r.lTrim('l', 0, 2), r.lSet('none', 0, 'x'), r.lmPop(['none', 'l'], 'LEFT'), r.lPush('h', 'x'))
  await show('sadd', r.sAdd('set', ['a', 'b', '3']), r.sAdd('set', '3'), r.sMembers('set').then(sorted), r.sIsMember('set', 'a'), r.smIsMember('set', ['a', 'z']))
  await r.sAdd('set2', ['b', 'c'])
  await show('algebra', r.sUnion(['set', 'set2']).then(sorted), r.sInter(['set', 'set2']), r.sDiff(['set', 'set2']).then(sorted), r.sInterCard(['set', 'set2']), r.sRem('set', 'a'))
  const members = [{ value: 'a', score: 1 }, { value: 'b', score: 2.5 }, { value: 'c', score: Infinity }]
  await show('zadd', r.zAdd('z', members), r.zAdd('z', { value: 'a', score: 7 }, { condition: 'XX', CH: true }), r.zAddIncr('z', { value: 'b', score: 0.5 }))
  await show('zrange', r.zRangeWithScores('z', 0, -1), r.zRange('z', '(2', 7, { BY: 'SCORE' }))
  await show('zscore', r.zScore('z', 'b'), r.zScore('z', 'none'), r.zmScore('z', ['a', 'none']), r.zRank('z', 'c'), r.zRank('z', 'none'))
  await show('zunion', r.zUnionWithScores([{ key: 'z', weight: 1 }, { key: 'z', weight: 2 }]), r.zRandMember('none'), r.zScan('z', '0'))
  await show('zpop', r.zPopMin('z'), r.zPopMaxCount('z', 2), r.zPopMin('z'), r.zCard('z'))
  await show('bits', r.setBit('bits', 100, 1), r.bitCount('bits'), r.bitPos('bits', 1), r.bitField('bits', [{ operation: 'SET', encoding: 'u8', offset: 0, value: 200 }]))
  await show('hyperloglog', r.pfAdd('hll', ['1', '2', '3']), r.pfAdd('hll', '1'), r.pfCount(['hll', 'none']))
  const places = [{ member: 'Palermo', longitude: 13.361389, latitude: 38.115556 }, { member: 'Catania', longitude: 15.087269, latitude: 37.502669 }]
  await show('geo', r.geoAdd('geo', places), r.geoDist('geo', 'Palermo', 'Catania', 'km'), r.geoPos('geo', ['Palermo', 'none']), r.geoHash('geo', 'Palermo'))
  await show('geosearch', r.geoSearchWith('geo', { longitude: 15, latitude: 37 }, { radius: 200, unit: 'km' }, ['WITHDIST', 'WITHCOORD', 'WITHHASH'], { SORT: 'ASC' }))
  await show('type', r.type('h'), r.type('none'), r.rename('none', 'x'), r.copy('hll', 'hll2'), r.rPush('unsorted', ['3', '1', '2']), r.sort('unsorted', { DIRECTION: 'DESC' }))
  await show('lcs', r.mSet({ x: 'ohmytext', y: 'mynewtext' }), r.lcs('x', 'y'), r.lcsIdxWithMatchLen('x', 'y'))
}

async function pipelines() {
  const p = r.multi()
  for (let i = 0; i < 1000; i++) p.set(`p:${i}`, `${i}`).get(`p:${i}`)
  await show('pipeline', p.execAsPipeline().then(sum))
  await show('an error in a pipeline', r.multi().set('text', 'x').incr('text').get('text').execAsPipeline(), r.get('text'))
}

async function transactions() {
  await show('multi', r.multi().set('m', '1').incr('m').hGetAll('h').zRangeWithScores('geo', 0, 0).exec())
  await show('watch', r.watch('m'), r.multi().set('m', '2').exec())
  await r.watch('m')
  await alone({}, c => c.set('m', 'changed'))
  await show('watch broken', r.multi().set('m', '3').exec(), r.get('m'))
  await show('exec aborted', r.multi().addCommand(['nosuch']).set('m', 'never').exec())
}

async function scans() {
  const found = new Set()
  for await (const keys of r.scanIterator({ MATCH: 'p:*', COUNT: 100 })) keys.forEach(k => found.add(k))
  await show('scan', found.size, r.dbSize(), r.scan('0', { COUNT: 100_000, TYPE: 'hash' }))
}

async function pubsub() {
  const s = await connect()
  const { listen, next } = messages()
  await show('subscribed', s.subscribe('news', listen), s.pSubscribe('n?ws', listen), s.sSubscribe('shard', listen))
  await show('publish', r.publish('news', 'one'), r.publish('nobody', 'x'), r.sPublish('shard', 'two'))
  await show('messages', next(3).then(list => list.sort()))
  await show('pubsub', r.pubSubChannels(), r.pubSubNumSub(['news', 'none']), r.pubSubNumPat(), r.pubSubShardChannels())
  if (protocol === 3) await show('a command meanwhile', s.get('s'))
  await show('unsubscribed', s.unsubscribe('news'), s.pUnsubscribe(), s.sUnsubscribe('shard'))
  await show('again', s.get('s'), r.publish('news', 'two'))
  s.destroy()
}

async function blocking() {
  const b = await connect()
  const popped = b.blPop(['empty', 'queue'], 30)
  await until('blocked', 1, async () => Number(/blocked_clients:(\d+)/.exec(await r.info('clients'))[1]))
  await show('blpop', r.rPush('queue', 'work'), popped, b.blPop('queue', 0.05), b.blMove('queue', 'done', 'LEFT', 'RIGHT', 0.05))
  await show('bzpopmin', r.zAdd('zqueue', { value: 'm', score: 1.5 }), b.bzPopMin('zqueue', 1), b.bzmPop(0.05, 'zqueue', 'MIN'))
  b.destroy()
}

// caching has a cache in the client, which the server's messages keep true.
async function caching() {
  if (protocol !== 3) return
  const clientSideCache = new BasicClientSideCache({ ttl: 0, maxEntries: 0, evictPolicy: 'LRU' })
  const c = await connect({ clientSideCache })
  const stats = () => [clientSideCache.stats().hitCount, clientSideCache.stats().missCount]
  await c.set('cached', '1')
  await show('cached', await c.get('cached'), await c.get('cached'), await c.hGetAll('h'), await c.hGetAll('h'), stats())
  await r.set('cached', '2')
  await until('invalidated', '2', () => c.get('cached'))
  await r.flushDb()
  await until('flushed', null, () => c.get('cached'))
  c.destroy()
}

async function server() {
  await show('config', r.configGet('maxmemory-policy'), r.configSet('maxmemory-policy', 'allkeys-lru'), r.configSet('maxmemory-policy', 'noeviction'), r.configSet('nosuch', '1'))
  await show('database', alone({ database: 3 }, async c => [await c.set('only', 'there'), await c.dbSize()]), r.get('only'))
  await show('object', r.objectEncoding('h'), r.objectEncoding('none'), r.memoryUsage('none'))
  const [get, none] = await r.commandInfo(['get', 'none'])
  await show('command', get.name, get.arity, sorted(get.flags), sorted(get.categories), none, r.commandGetKeys(['mset', 'a', '1', 'b', '2']), r.commandCount().then(n => n > 150))
  await show('slowlog', r.sendCommand(['SLOWLOG', 'RESET']), r.sendCommand(['SLOWLOG', 'GET']), r.latencyLatest(), r.role())
  await show('unknown', r.sendCommand(['nosuch', 'a', 'b']), r.sendCommand(['get']))
}

async function restarted() {
  await r.set('kept', 'yes')
  await restart()
  await until('after a restart', 'yes', () => r.get('kept'))
  await show('all there', r.dbSize())
}

for (const part of [hello, strings, ttls, binary, types, pipelines, transactions, scans, pubsub, blocking, server, caching, restarted]) await part()
console.log('end')
process.exit(0)
