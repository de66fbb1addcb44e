<?php
// server.php: chapters 2 and 3 in PHP: one process, stream_select, two buffers for each client.
//
//   php server.php --port 7000 [--maxkeys 10] [--bug NAME]
//
//   stream_select ─▶ fread behind $client->in ─▶ whole requests of it ─▶ execute
//                                                            replies behind $client->out
//                 ─▶ fwrite of $client->out what the socket takes
//                 ─▶ every 100 ms: delete what has expired
//
// A PHP string is bytes, and strlen counts them. An array's key is not: "7" becomes 7. So keys
// go into the array as "k7".
//
// --bug plants one mistake: bulk-for-simple, one-read-one-request, zero-never-expires,
// set-keeps-the-time-limit, overwrite-evicts.

declare(strict_types=1);

const READ_SIZE = 8192;

/** An error that the client is told. */
class CommandError extends Exception {}

/** What a client says cannot be understood any more. */
class ProtocolError extends Exception {}

function planted(string $bug): bool
{
    return $bug === ($GLOBALS['options']['--bug'] ?? '');
}

function nowMs(): int
{
    return (int) (microtime(true) * 1000);
}

function bulk(?string $bytes): string
{
    return $bytes === null ? "$-1\r\n" : '$' . strlen($bytes) . "\r\n$bytes\r\n";
}

/** The number of a line such as "$4\r\n" at $at, which is moved behind it; null if it is not whole. */
function readLength(string $in, int &$at, string $kind): ?int
{
    $end = strpos($in, "\r\n", min($at, strlen($in)));
    if ($end === false) {
        if (strlen($in) - $at > 64) {
            throw new ProtocolError('too long a line');
        }
        return null;
    }
    $digits = substr($in, $at + 1, $end - $at - 1);
    if ($in[$at] !== $kind || !ctype_digit($digits) || strlen($digits) > 9) {
        throw new ProtocolError("expected a line like {$kind}4");
    }
    $at = $end + 2;
    return (int) $digits;
}

/** The words of the request at $at, which is moved behind it; null if it is not whole. */
function readRequest(string $in, int &$at): ?array
{
    $here = $at;
    $count = readLength($in, $here, '*');
    if ($count === null) {
        return null;
    }
    $words = [];
    for ($i = 0; $i < $count; $i++) {
        $length = readLength($in, $here, '$');
        if ($length === null || strlen($in) < $here + $length + 2) {
            return null;
        }
        $words[] = substr($in, $here, $length);
        $here += $length + 2;
    }
    $at = $here;
    return $words;
}

/** Keys, their values, and when some of them end. */
class Store
{
    private array $values = [];
    private array $ends = []; // Unix time in ms

    public function __construct(private int $maxKeys) {}

    public function get(string $key): ?string
    {
        $this->expireIfOver("k$key");
        return $this->values["k$key"] ?? null;
    }

    public function set(string $key, string $value, ?int $end): void
    {
        $this->expireIfOver("k$key");
        $isNew = !isset($this->values["k$key"]);
        while (($isNew || planted('overwrite-evicts')) && count($this->values) >= $this->maxKeys) {
            $this->remove(array_key_first($this->values));
        }
        $this->values["k$key"] = $value;
        if ($end !== null) {
            $this->ends["k$key"] = $end;
        } elseif (!planted('set-keeps-the-time-limit')) {
            unset($this->ends["k$key"]);
        }
    }

    public function delete(string $key): bool
    {
        $there = $this->get($key) !== null;
        $this->remove("k$key");
        return $there;
    }

    public function end(string $key): ?int
    {
        return $this->ends["k$key"] ?? null;
    }

    public function setEnd(string $key, int $end): void
    {
        $this->ends["k$key"] = $end;
    }

    public function deleteExpired(): void
    {
        foreach (array_keys($this->ends) as $name) {
            $this->expireIfOver($name);
        }
    }

    private function expireIfOver(string $name): void
    {
        if (isset($this->ends[$name]) && $this->ends[$name] <= nowMs()) {
            $this->remove($name);
        }
    }

    private function remove(string $name): void
    {
        unset($this->values[$name], $this->ends[$name]);
    }
}

class Commands
{
    // How many words a request has, with the command's name.
    private const ARITY = [
        'ping' => [1, 2], 'echo' => [2, 2], 'get' => [2, 2], 'set' => [3, PHP_INT_MAX],
        'ttl' => [2, 2], 'del' => [2, PHP_INT_MAX], 'expire' => [3, 3],
    ];

    public function __construct(private Store $store) {}

    public function execute(array $words): string
    {
        $name = strtolower($words[0]);
        if (!isset(self::ARITY[$name])) {
            $text = "-ERR unknown command '$words[0]', with args beginning with: ";
            foreach (array_slice($words, 1) as $word) {
                $text .= "'$word' ";
            }
            return "$text\r\n";
        }
        [$least, $most] = self::ARITY[$name];
        if (count($words) < $least || count($words) > $most) {
            return "-ERR wrong number of arguments for '$name' command\r\n";
        }
        try {
            return $this->$name(...array_slice($words, 1));
        } catch (CommandError $e) {
            return "-ERR {$e->getMessage()}\r\n";
        }
    }

    private function ping(?string $text = null): string
    {
        if ($text !== null || planted('bulk-for-simple')) {
            return bulk($text ?? 'PONG');
        }
        return "+PONG\r\n";
    }

    private function echo(string $text): string
    {
        return bulk($text);
    }

    private function get(string $key): string
    {
        return bulk($this->store->get($key));
    }

    private function set(string $key, string $value, string ...$options): string
    {
        $end = null;
        if ($options !== []) {
            $unit = ['EX' => 1000, 'PX' => 1][strtoupper($options[0])] ?? null;
            if ($unit === null || count($options) !== 2) {
                throw new CommandError('syntax error');
            }
            $time = $this->number($options[1]);
            if ($time < 0 || $time > 1 << 50 || $time === 0 && !planted('zero-never-expires')) {
                throw new CommandError("invalid expire time in 'set' command");
            }
            $end = $time ? nowMs() + $time * $unit : null;
        }
        $this->store->set($key, $value, $end);
        return "+OK\r\n";
    }

    private function ttl(string $key): string
    {
        if ($this->store->get($key) === null) {
            return ":-2\r\n";
        }
        $end = $this->store->end($key);
        return ':' . ($end === null ? -1 : (int) round(($end - nowMs()) / 1000)) . "\r\n";
    }

    private function del(string ...$keys): string
    {
        return ':' . count(array_filter($keys, fn($key) => $this->store->delete($key))) . "\r\n";
    }

    private function expire(string $key, string $seconds): string
    {
        $seconds = $this->number($seconds);
        if ($this->store->get($key) === null) {
            return ":0\r\n";
        }
        if ($seconds <= 0) {
            $this->store->delete($key);
        } else {
            $this->store->setEnd($key, nowMs() + $seconds * 1000);
        }
        return ":1\r\n";
    }

    private function number(string $text): int
    {
        if (!preg_match('/^-?\d{1,15}$/D', $text)) {
            throw new CommandError('value is not an integer or out of range');
        }
        return (int) $text;
    }
}

/** A connection, with what has come and what is still to go. */
class Client
{
    public string $out = '';
    private string $in = '';
    private bool $closing = false;

    public function __construct(public readonly mixed $stream, private Commands $commands)
    {
        stream_set_blocking($stream, false);
        stream_set_read_buffer($stream, 0); // or stream_select would not know what PHP has read
        stream_set_write_buffer($stream, 0);
    }

    public function isDone(): bool
    {
        return $this->closing && $this->out === '';
    }

    public function read(): void
    {
        try {
            $this->receive();
            $at = 0;
            while (($words = readRequest($this->in, $at)) !== null) {
                $this->out .= $words === [] ? '' : $this->commands->execute($words);
            }
            $this->in = substr($this->in, $at);
        } catch (ProtocolError $e) {
            $this->out .= "-ERR Protocol error: {$e->getMessage()}\r\n";
            $this->closing = true;
        }
    }

    private function receive(): void
    {
        $data = @fread($this->stream, READ_SIZE);
        if ($data === false || $data === '' && feof($this->stream)) {
            $this->leave();
        } elseif (planted('one-read-one-request')) {
            $this->in = $data;
        } else {
            $this->in .= $data;
        }
    }

    public function write(): void
    {
        if ($this->out === '') {
            return;
        }
        $sent = @fwrite($this->stream, $this->out);
        if ($sent === false) {
            $this->leave();
        } else {
            $this->out = substr($this->out, $sent);
        }
    }

    private function leave(): void
    {
        $this->closing = true;
        $this->out = '';
    }
}

function serve(mixed $listener, Store $store): never
{
    $commands = new Commands($store);
    $clients = []; // by the number of their stream
    $cycle = nowMs();
    while (true) {
        $readable = [$listener];
        $writable = [];
        foreach ($clients as $client) {
            if ($client->out === '') {
                $readable[] = $client->stream;
            } else {
                $writable[] = $client->stream;
            }
        }
        $none = null;
        stream_select($readable, $writable, $none, 0, 100_000);
        foreach ($readable as $stream) {
            if ($stream !== $listener) {
                $clients[(int) $stream]->read();
            } elseif ($new = @stream_socket_accept($listener, 0)) {
                $clients[(int) $new] = new Client($new, $commands);
            }
        }
        foreach ($clients as $number => $client) {
            $client->write();
            if ($client->isDone()) {
                fclose($client->stream);
                unset($clients[$number]);
            }
        }
        if (nowMs() - $cycle >= 100) {
            $store->deleteExpired();
            $cycle = nowMs();
        }
    }
}

$options = [];
for ($i = 1; $i < $argc; $i += 2) {
    if (!in_array($argv[$i], ['--port', '--maxkeys', '--bug'], true) || $i + 1 === $argc) {
        fwrite(STDERR, "server: what is $argv[$i]? usage: server.php [--port N] [--maxkeys N] [--bug NAME]\n");
        exit(1);
    }
    $options[$argv[$i]] = $argv[$i + 1];
}
$context = stream_context_create(['socket' => ['backlog' => 511]]); // many may come at once
$address = 'tcp://127.0.0.1:' . ($options['--port'] ?? 7000);
$listener = stream_socket_server($address, context: $context) or exit(1);
serve($listener, new Store((int) ($options['--maxkeys'] ?? PHP_INT_MAX)));
