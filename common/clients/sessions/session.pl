# session.pl: the session of sessions/README.md, in Perl's Redis.
use strict;
use warnings;
use Data::Dumper;
use Digest::SHA qw(sha1_hex);
use Redis;
use Time::HiRes qw(sleep time);

my ($port, $password) = @ARGV;
$| = 1;
$Data::Dumper::Indent = 0;
$Data::Dumper::Sortkeys = 1;
$Data::Dumper::Terse = 1;
$Data::Dumper::Useqq = 1;

sub connected { Redis->new(server => "127.0.0.1:$port", password => $password, name => 'session', reconnect => 60, every => 20_000, @_) }

# show prints what a piece of code gives, or its error.
sub show {
    my ($step, $code) = @_;
    my @values = eval { $code->() };
    @values = ($@ =~ s/,\s+at \S+ line.*//sr) if $@;
    print "$step: ", Dumper(\@values), "\n";
}

# await asks until it gets what is wanted, since that takes its time.
sub await {
    my ($step, $want, $code) = @_;
    my $deadline = time + 30;
    my $value;
    do {
        $value = eval { $code->() };
        return show($step, sub { $value }) if Dumper($value) eq Dumper($want);
        sleep 0.005;
    } while time < $deadline;
    show($step, sub { $value });
}

my $r = connected();

show('ping', sub { $r->ping, $r->echo('text'), $r->client_getname });
show('wrong password', sub { connected(password => 'wrong', reconnect => 0) });
show('no password', sub { connected(password => undef, name => undef)->get('s') });

show('set', sub { $r->set(s => 'hello'), $r->get('s'), $r->get('none'), $r->set('s', 'x', 'NX'), $r->set('s', 'world', 'GET') });
show('append', sub { $r->append('s', '!'), $r->strlen('s'), $r->setrange('s', 7, 'zero'), $r->getrange('s', 1, -2) });
show('incr', sub { $r->incrby('n', 41), $r->incr('n'), $r->decrby('n', 2), $r->incrbyfloat('n', 0.25) });
show('incr of a text', sub { $r->incr('s') });
show('getdel', sub { $r->getdel('s'), $r->exists('s'), $r->mset('a', 1, 'b', 2), [$r->mget('a', 'none', 'b')], $r->del('a', 'b', 'none') });

$r->setex('t', 1000, 'v');
show('ttl', sub { $r->ttl('t') > 900 ? 'long' : 'short', $r->ttl('none'), $r->persist('t'), $r->ttl('t'), $r->expireat('t', 4_000_000_000), $r->pexpire('t', 1) });
await('expired', undef, sub { $r->get('t') });

my $value = join('', map { chr } 0 .. 255) . "\r\n\0\$-1\r\n";
my $large = $value x 4096;
$r->set($value, $value);
$r->set('large', $large);
show('every byte', sub { $r->get($value) eq $value, $r->get('large') eq $large, $r->strlen('large'), $r->del($value, 'large') });

show('hset', sub { $r->hset('h', 'a', 1), $r->hmset('h', 'b', 2.5, 'c', ''), $r->hget('h', 'a'), $r->hget('h', 'none'), {$r->hgetall('h')}, [$r->hmget('h', 'a', 'none')] });
show('hincrby', sub { $r->hincrby('h', 'a', 5), $r->hincrbyfloat('h', 'b', 0.5), $r->hdel('h', 'c'), $r->hlen('h'), $r->hscan('h', 0) });
show('rpush', sub { $r->rpush('l', 0 .. 9), $r->lpush('l', 'first'), $r->linsert('l', 'BEFORE', 0, 'second'), [$r->lrange('l', 0, 3)], $r->lindex('l', -1) });
show('lpop', sub { $r->lpop('l'), [$r->rpop('l', 2)], $r->lpop('none'), $r->lrem('l', 1, 3), $r->ltrim('l', 0, 2), $r->lmove('l', 'l2', 'LEFT', 'RIGHT'), $r->llen('l') });
show('sadd', sub { $r->sadd('set', 'a', 'b', 3), $r->sadd('set', 3), [sort $r->smembers('set')], $r->sismember('set', 'a'), [$r->smismember('set', 'a', 'z')], $r->srem('set', 'a') });
show('zadd', sub { $r->zadd('z', 1, 'a', 2.5, 'b', 'inf', 'c'), $r->zadd('z', 'XX', 'CH', 7, 'a'), $r->zincrby('z', 0.5, 'b') });
show('zrange', sub { [$r->zrange('z', 0, -1, 'WITHSCORES')], [$r->zrangebyscore('z', '(2', 7)], $r->zscore('z', 'b'), $r->zscore('z', 'none'), $r->zrank('z', 'c'), $r->zscan('z', 0) });
show('zpop', sub { [$r->zpopmin('z')], [$r->zpopmax('z', 2)], [$r->zpopmin('z')], $r->zcard('z') });
show('bits', sub { $r->setbit('bits', 100, 1), $r->getbit('bits', 100), $r->bitcount('bits'), $r->bitpos('bits', 1) });
show('hyperloglog', sub { $r->pfadd('hll', 1, 2, 3), $r->pfadd('hll', 1), $r->pfcount('hll', 'none') });
show('geo', sub { $r->geoadd('geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'), $r->geodist('geo', 'Palermo', 'Catania', 'km'), $r->geopos('geo', 'Palermo', 'none'), $r->geosearch('geo', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC', 'WITHDIST') });
show('wrong type', sub { $r->lpush('h', 'x') });
show('type', sub { $r->type('h'), $r->type('none'), $r->copy('hll', 'hll2'), $r->rpush('unsorted', 3, 1, 2), [$r->sort('unsorted', 'DESC')] });
show('rename', sub { $r->rename('none', 'x') });

my @replies;
for my $i (0 .. 999) {
    $r->set("p:$i", $i, sub { push @replies, @_ });
    $r->get("p:$i", sub { push @replies, @_ });
}
$r->incrby('p:1', 'x', sub { push @replies, @_ });
$r->wait_all_responses;
show('pipeline', sub { scalar @replies, sha1_hex(Dumper(\@replies)), $replies[-1] });

show('multi', sub { $r->multi, $r->set('m', 1), $r->incr('m'), $r->zrange('geo', 0, 0, 'WITHSCORES'), [$r->exec] });
show('watch', sub { $r->watch('m'), $r->multi, $r->set('m', 2), [$r->exec] });
show('watch broken', sub { $r->watch('m'), connected()->set('m', 'changed'), $r->multi, $r->set('m', 3), [$r->exec], $r->get('m') });
show('in vain', sub { $r->multi, $r->nosuch });
show('exec aborted', sub { $r->exec });

my ($cursor, %found) = (0);
do {
    ($cursor, my $keys) = $r->scan($cursor, 'MATCH', 'p:*', 'COUNT', 100);
    $found{$_} = 1 for @$keys;
} while $cursor;
show('scan', sub { scalar keys %found, $r->dbsize, scalar(my @all = $r->keys('p:*')) });

my $s = connected();
my @seen;
my $listen = sub { push @seen, [@_] };
show('subscribed', sub { $s->subscribe('news', 'more', $listen), $s->psubscribe('n?ws', $listen) });
show('publish', sub { $r->publish('news', "\xff\0"), $r->publish('nobody', 'x') });
my $deadline = time + 30;
$s->wait_for_messages(1) while @seen < 2 && time < $deadline;
show('messages', sub { @seen });
show('pubsub', sub { [sort $r->pubsub('channels')], [$r->pubsub('numsub', 'news', 'none')], $r->pubsub('numpat') });
show('unsubscribed', sub { $s->unsubscribe('news', $listen), $s->unsubscribe('more', $listen), $s->punsubscribe('n?ws', $listen), $s->get('none') });
show('publish to none', sub { $r->publish('news', 'two') });

my $child = fork // die;
if (!$child) {
    my $other = connected();
    sleep 0.005 until $other->info('clients')->{blocked_clients};
    $other->rpush('queue', 'work');
    exit 0;
}
show('blpop', sub { $r->blpop('empty', 'queue', 30) });
waitpid $child, 0;
show('in vain', sub { $r->blpop('queue', 0.05), $r->zadd('zqueue', 1.5, 'm'), [$r->bzpopmin('zqueue', 1)] });

show('config', sub { $r->config_get('maxmemory-policy'), $r->config_set('maxmemory-policy', 'allkeys-lru'), $r->config_set('maxmemory-policy', 'noeviction') });
show('a wrong setting', sub { $r->config_set('nosuch', 1) });
show('database', sub { my $o = connected(); $o->select(3), $o->set('only', 'there'), $o->dbsize, $r->get('only') });
show('object', sub { $r->object('encoding', 'h'), $r->object('encoding', 'none'), $r->info->{redis_version}, $r->slowlog('len') });
show('unknown', sub { $r->nosuch('a', 'b') });
show('too few', sub { $r->get });

$r->set('kept', 'yes');
print "\@restart\n";
<STDIN>;
await('after a restart', 'yes', sub { $r->get('kept') });
print "end\n";
