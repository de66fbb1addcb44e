#!/usr/bin/perl
# server.pl: chapters 2 and 3 in Perl: one loop over select.
#
#   perl server.pl --port 7000 [--maxkeys 10] [--bug NAME]
#
#   select ─▶ welcome    a new client
#          ─▶ receive    bytes ─▶ %in ─▶ requests ─▶ execute ─▶ %out
#          ─▶ transmit   of %out what the socket takes
#          every 100 ms: expire_all
#
# --bug plants one mistake: bulk-for-simple, line-feed-only, unknown-answers-pong, error-twice,
# overwrite-evicts.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR);
use Getopt::Long;
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

my ($port, $maxkeys, $bug) = (6379, 0, '');
GetOptions('port=i' => \$port, 'maxkeys=i' => \$maxkeys, 'bug=s' => \$bug)
  or die "usage: server.pl [--port N] [--maxkeys N] [--bug NAME]\n";

$SIG{PIPE} = 'IGNORE';    # a client that is gone shows as an error of syswrite

# ---- the protocol ----

my $crlf = $bug eq 'line-feed-only' ? "\n" : "\r\n";

sub simple  { my ($text) = @_; return $bug eq 'bulk-for-simple' ? bulk($text) : "+$text$crlf" }
sub failure { my ($text) = @_; return $bug eq 'error-twice' ? "-(error) $text$crlf" : "-$text$crlf" }
sub integer { my ($n)    = @_; return ":$n$crlf" }

sub bulk {
    my ($bytes) = @_;
    return "\$-1$crlf" unless defined $bytes;
    return '$' . length($bytes) . "$crlf$bytes$crlf";
}

# Takes a request from the front of the buffer. Returns its arguments, or nothing if it is not
# whole yet; dies if that is no request.
sub next_request {
    my ($buffer) = @_;
    my $at = 0;
    my $number = sub {    # the number in a line such as *2 or $5
        my ($kind) = @_;
        my $end = index($$buffer, "\r\n", $at);
        if ($end < 0) {
            die "Protocol error: expected '$kind'\n" if length($$buffer) > $at && substr($$buffer, $at, 1) ne $kind;
            return;
        }
        my $line = substr($$buffer, $at, $end - $at);
        $line =~ /^\Q$kind\E(\d+)$/ or die "Protocol error: expected '$kind' and a number\n";
        $at = $end + 2;
        return $1;
    };
    my $count = $number->('*');
    return unless defined $count;
    my @args;
    for (1 .. $count) {
        my $length = $number->('$');
        return if !defined $length || length($$buffer) < $at + $length + 2;
        push @args, substr($$buffer, $at, $length);
        $at += $length + 2;
    }
    substr($$buffer, 0, $at) = '';
    return \@args;
}

# ---- the keys ----

my %value;      # of each key
my %ends;       # when its time is over, in seconds since 1970; only of keys with a time limit
my %place;      # among all keys that were ever added
my $places = 0;

sub forget {
    my ($key) = @_;
    delete $ends{$key};
    delete $place{$key};
    return defined delete $value{$key};
}

# The value; undef if there is none, or its time is over.
sub lookup {
    my ($key) = @_;
    forget($key) if exists $ends{$key} && $ends{$key} <= time;
    return $value{$key};
}

sub expire_all { lookup($_) for keys %ends }

# Lets the oldest key go.
sub evict {
    my ($oldest) = sort { $place{$a} <=> $place{$b} } keys %value;
    forget($oldest);
}

sub is_integer { return $_[0] =~ /^(0|-?[1-9]\d{0,17})$/ }

# ---- the commands: each gets its arguments and returns the reply ----

my $not_a_number = 'ERR value is not an integer or out of range';

sub set {
    my ($key, $value, @options) = @_;
    my $end;
    while (@options) {
        my ($option, $n) = (uc shift @options, shift @options);
        return failure('ERR syntax error') if $option !~ /^(EX|PX)$/ || !defined $n;
        return failure($not_a_number) unless is_integer($n);
        return failure("ERR invalid expire time in 'set' command") if $n <= 0;
        $end = time + ($option eq 'EX' ? $n : $n / 1000);
    }
    my $is_new = !defined lookup($key);
    if ($maxkeys && keys %value >= $maxkeys) {
        evict() if $is_new || $bug eq 'overwrite-evicts';
    }
    $value{$key} = $value;
    $place{$key} //= ++$places;
    if   (defined $end) { $ends{$key} = $end }
    else                { delete $ends{$key} }
    return simple('OK');
}

sub del {
    my $there = 0;
    for my $key (@_) {
        $there++ if defined lookup($key) && forget($key);
    }
    return integer($there);
}

sub expire {
    my ($key, $seconds) = @_;
    return failure($not_a_number) unless is_integer($seconds);
    return integer(0) unless defined lookup($key);
    $ends{$key} = time + $seconds;    # whoever looks for it deletes it, if that is over
    return integer(1);
}

sub ttl {
    my ($key) = @_;
    return integer(-2) unless defined lookup($key);
    return integer(-1) unless exists $ends{$key};
    return integer(int($ends{$key} - time + 0.5));
}

my %commands = (    # name => [function, fewest arguments, most]
    ping   => [sub { @_ ? bulk($_[0]) : simple('PONG') }, 0, 1],
    echo   => [sub { bulk($_[0]) }, 1, 1],
    set    => [\&set, 2, 99],
    get    => [sub { bulk(lookup($_[0])) }, 1, 1],
    del    => [\&del, 1, 1_000_000],
    expire => [\&expire, 2, 2],
    ttl    => [\&ttl, 1, 1],
);

sub execute {
    my ($name, @args) = @_;
    my $command = $commands{lc $name};
    if (!$command) {
        return simple('PONG') if $bug eq 'unknown-answers-pong';
        my $beginning = join '', map { "'" . substr($_, 0, 128) . "' " } @args;
        return failure("ERR unknown command '$name', with args beginning with: $beginning");
    }
    my ($run, $least, $most) = @$command;
    if (@args < $least || @args > $most) {
        return failure("ERR wrong number of arguments for '\L$name\E' command");
    }
    return $run->(@args);
}

# ---- the clients ----

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 511, ReuseAddr => 1, Blocking => 0,
) or die "cannot listen on port $port: $!\n";
my $reading = IO::Select->new($listener);
my $writing = IO::Select->new;
my (%in, %out);    # of each socket: what has come, and what is still to be sent

sub welcome {
    while (my $client = $listener->accept) {
        $client->blocking(0);
        $client->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
        $reading->add($client);
        ($in{$client}, $out{$client}) = ('', '');
    }
}

sub leave {
    my ($client) = @_;
    $reading->remove($client);
    $writing->remove($client);
    delete $in{$client};
    delete $out{$client};
    close $client;
}

sub receive {
    my ($client) = @_;
    my $n = sysread $client, $in{$client}, 65536, length $in{$client};
    if (!$n) {    # it has left, or there is an error
        leave($client) unless !defined $n && ($! == EAGAIN || $! == EINTR);
        return;
    }
    my $sound = eval {
        while (my $args = next_request(\$in{$client})) {
            $out{$client} .= execute(@$args) if @$args;
        }
        1;
    };
    if (!$sound) {
        chomp(my $why = $@);
        syswrite $client, $out{$client} . failure("ERR $why");
        return leave($client);
    }
    transmit($client);
}

# Sends what the socket takes. The rest is sent when it takes more.
sub transmit {
    my ($client) = @_;
    return unless length $out{$client};
    my $n = syswrite $client, $out{$client};
    if (defined $n) {
        substr($out{$client}, 0, $n) = '';
    }
    elsif ($! != EAGAIN && $! != EINTR) {
        return leave($client);
    }
    if   (length $out{$client}) { $writing->add($client) }
    else                        { $writing->remove($client) }
}

$| = 1;
print "ready on port $port\n";
my $swept = time;
while (1) {
    my ($readable, $writable) = IO::Select->select($reading, $writing, undef, 0.1);
    for my $socket (@{ $readable || [] }) {
        if   ($socket == $listener) { welcome() }
        else                        { receive($socket) }
    }
    for my $client (@{ $writable || [] }) {
        transmit($client) if exists $out{$client};
    }
    if (time - $swept > 0.1) {
        expire_all();
        $swept = time;
    }
}
