# session.rb: the session of sessions/README.md, in redis-rb.
require 'digest'
require 'redis'

PORT, PASSWORD = ARGV
$stdout.sync = true

def connect(**options)
  Redis.new(host: '127.0.0.1', port: PORT, password: PASSWORD, id: 'session', timeout: 60, reconnect_attempts: 3, **options)
end

R = connect

# show prints what the block gives, or its error.
def show(step)
  value = begin
    yield
  rescue Redis::BaseError => e
    "#{e.class}: #{e.message}"
  end
  puts "#{step}: #{value.inspect}"
end

# await asks until it gets what is wanted, since that takes its time.
def await(step, want)
  deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 30
  loop do
    value = begin
      yield
    rescue Redis::BaseError
      nil
    end
    return show(step) { value } if value == want || Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

    sleep 0.005
  end
end

def hello
  show('ping') { [R.ping, R.echo('text'), R.client(:getname)] }
  show('no password') { connect(password: nil, id: nil).get('s') }
  show('wrong password') { connect(password: 'wrong').get('s') }
  show('by name') { connect(username: 'default').ping }
  show('acl') { [R.call('ACL', 'WHOAMI'), R.call('ACL', 'USERS')] }
end

def strings
  show('set') { [R.set('s', 'hello'), R.get('s'), R.get('none'), R.set('s', 'x', nx: true), R.set('s', 'world', get: true)] }
  show('append') { [R.append('s', '!'), R.strlen('s'), R.setrange('s', 7, 'zero'), R.getrange('s', 1, -2)] }
  show('incr') { [R.incrby('n', 41), R.incr('n'), R.decrby('n', 2), R.incrbyfloat('n', 0.25)] }
  show('incr of a text') { R.incr('s') }
  show('getdel') { [R.getdel('s'), R.exists('s'), R.exists?('n'), R.mset('a', 1, 'b', 2), R.mget('a', 'none', 'b'), R.mapped_mget('a', 'b'), R.del('a', 'b', 'none')] }
end

def ttls
  R.setex('t', 1000, 'v')
  show('ttl') { [R.ttl('t').between?(900, 1000), R.pttl('none'), R.persist('t'), R.ttl('t'), R.expireat('t', 4_000_000_000), R.getex('t', px: 1)] }
  await('expired', nil) { R.get('t') }
end

def binary
  value = (0..255).to_a.pack('C*') + "\r\n\0$-1\r\n".b
  large = value * 4096
  R.set(value, value)
  R.set('large', large)
  show('every byte') { [R.get(value).b == value, R.get('large').b == large, R.strlen('large'), R.del(value, 'large')] }
end

def types
  show('hset') { [R.hset('h', 'a', 1, 'b', 2.5), R.hset('h', { c: '' }), R.hget('h', 'a'), R.hget('h', 'none'), R.hgetall('h'), R.hgetall('none'), R.hmget('h', 'a', 'none')] }
  show('hincrby') { [R.hincrby('h', 'a', 5), R.hincrbyfloat('h', 'b', 0.5), R.hdel('h', 'c'), R.hlen('h'), R.hscan('h', 0), R.hrandfield('h', 9).size] }
  show('rpush') { [R.rpush('l', (0..9).to_a), R.lpush('l', 'first'), R.linsert('l', :before, 0, 'second'), R.lrange('l', 0, 3), R.lindex('l', -1)] }
  show('lpop') { [R.lpop('l'), R.rpop('l', 2), R.lpop('none'), R.lrem('l', 1, 3), R.ltrim('l', 0, 2), R.lmove('l', 'l2', 'LEFT', 'RIGHT'), R.llen('l')] }
  show('sadd') { [R.sadd('set', %w[a b 3]), R.sadd?('set', '3'), R.smembers('set').sort, R.sismember('set', 'a'), R.smismember('set', 'a', 'z'), R.srem?('set', 'a')] }
  show('zadd') { [R.zadd('z', [[1, 'a'], [2.5, 'b'], ['inf', 'c']]), R.zadd('z', 7, 'a', xx: true), R.zincrby('z', 0.5, 'b')] }
  show('zrange') { [R.zrange('z', 0, -1, with_scores: true), R.zrangebyscore('z', '(2', 7), R.zrange('z', 0, 1, rev: true), R.zscan('z', 0)] }
  show('zscore') { [R.zscore('z', 'b'), R.zscore('z', 'none'), R.zmscore('z', 'a', 'none'), R.zrank('z', 'c'), R.zrank('z', 'none'), R.zcount('z', '-inf', '+inf')] }
  show('zpop') { [R.zpopmin('z'), R.zpopmax('z', 2), R.zpopmin('z'), R.zcard('z')] }
  show('bits') { [R.setbit('bits', 100, 1), R.getbit('bits', 100), R.bitcount('bits'), R.bitpos('bits', 1)] }
  show('hyperloglog') { [R.pfadd('hll', [1, 2, 3]), R.pfadd('hll', 1), R.pfcount('hll', 'none')] }
  show('geo') { [R.geoadd('geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'), R.geodist('geo', 'Palermo', 'Catania', 'km'), R.geopos('geo', %w[Palermo none]), R.georadius('geo', 15, 37, 200, 'km', sort: 'asc', options: :WITHDIST)] }
  show('wrong type') { R.lpush('h', 'x') }
  show('type') { [R.type('h'), R.type('none'), R.copy('hll', 'hll2'), R.rpush('unsorted', [3, 1, 2]), R.sort('unsorted', order: 'DESC')] }
  show('rename') { R.rename('none', 'x') }
end

def pipelines
  show('pipeline') { Digest::SHA1.hexdigest(R.pipelined { |p| 1000.times { |i| p.set("p:#{i}", i); p.get("p:#{i}") } }.inspect) }
  show('an error in a pipeline') { R.pipelined { |p| p.set('text', 'x'); p.incr('text'); p.get('text') } }
end

def transactions
  show('multi') { R.multi { |m| m.set('m', 1); m.incr('m'); m.hgetall('h'); m.zrange('geo', 0, 0, with_scores: true) } }
  show('watch') { R.watch('m') { R.multi { |m| m.set('m', 2) } } }
  show('watch broken') { R.watch('m') { connect.set('m', 'changed'); R.multi { |m| m.set('m', 3) } } }
  show('after it') { R.get('m') }
  show('exec aborted') { R.multi { |m| m.call('nosuch') } }
end

def scans
  show('scan') { [R.scan_each(match: 'p:*', count: 100).to_a.uniq.size, R.dbsize, R.scan(0, count: 100_000, type: 'hash')] }
end

def pubsub
  s = connect
  ready = Queue.new
  seen = []
  listener = Thread.new do
    s.subscribe('news', 'more') do |on|
      on.subscribe { |channel, n| seen << [:subscribe, channel, n]; ready << true if n == 2 }
      on.message { |channel, m| seen << [:message, channel, m]; s.unsubscribe('more') if channel == 'news'; s.unsubscribe if m == 'last' }
      on.unsubscribe { |channel, n| seen << [:unsubscribe, channel, n]; ready << true if n == 1 }
    end
    seen << [:after, s.ping]
  end
  ready.pop
  show('publish') { [R.publish('news', 'one'), R.publish('nobody', 'x')] }
  ready.pop
  show('pubsub') { [R.pubsub(:channels), R.pubsub(:numsub, 'news', 'none'), R.pubsub(:numpat)] }
  R.publish('news', 'last')
  listener.join
  show('seen') { seen }
end

def blocking
  popped = Thread.new { connect.blpop('empty', 'queue', timeout: 30) }
  await('blocked', '1') { R.info('clients')['blocked_clients'] }
  R.rpush('queue', 'work')
  show('blpop') { [popped.value, R.blpop('queue', timeout: 0.05), R.zadd('zqueue', 1.5, 'm'), R.bzpopmin('zqueue', timeout: 1)] }
end

def server
  show('config') { [R.config(:get, 'maxmemory-policy'), R.config(:set, 'maxmemory-policy', 'allkeys-lru'), R.config(:set, 'maxmemory-policy', 'noeviction')] }
  show('a wrong setting') { R.config(:set, 'nosuch', 1) }
  show('database') { other = connect(db: 3); [other.set('only', 'there'), other.dbsize, R.get('only'), R.select(0)] }
  show('object') { [R.object(:encoding, 'h'), R.object(:refcount, 'none'), R.info['redis_version'], R.info('commandstats').key?('get'), R.slowlog(:len)] }
  show('unknown') { R.call('nosuch', 'a', 'b') }
  show('too few') { R.call('get') }
end

def restart
  R.set('kept', 'yes')
  puts '@restart'
  $stdin.gets
  await('after a restart', 'yes') { R.get('kept') }
end

hello
strings
ttls
binary
types
pipelines
transactions
scans
pubsub
blocking
server
restart
puts 'end'
