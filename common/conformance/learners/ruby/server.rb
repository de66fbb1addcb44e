# server.rb: chapters 2 to 4 in Ruby: one thread, IO.select, a log that is replayed.
#
#   ruby server.rb --port 7000 [--maxkeys 10] [--appendonly yes] [--bug NAME]
#
#   select ─▶ read ─▶ @in  ─▶ requests ─▶ execute ─▶ @log.write ─▶ flush, fsync
#                                             └─────▶ @out ─▶ write what the socket takes
#          every 100 ms: delete what has expired
#
# The log has requests as they came over the wire, but for times: they are written as the
# moment at which a key ends (PEXPIREAT), which is the same after a restart.
#
# --bug plants one mistake: arity-unchecked, one-reply-a-read, short-write-is-lost,
# values-split-at-spaces, rewrite-forgets-what-comes.

require "socket"

Encoding.default_external = Encoding::BINARY
Encoding.default_internal = nil

$bug = nil

def bug?(name) = $bug == name

def now_ms = Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)

class ReplyError < StandardError; end
class ProtocolError < StandardError; end

# Bytes of requests and of replies.
module Resp
  CRLF = "\r\n".b

  module_function

  def simple(text) = "+#{text}\r\n".b
  def error(text) = "-#{text}\r\n".b
  def integer(n) = ":#{n}\r\n".b
  def bulk(bytes) = "$#{bytes.bytesize}\r\n".b << bytes << CRLF
  def request(*words) = words.reduce("*#{words.size}\r\n".b) { |s, w| s << bulk(w.to_s) }

  # The request that begins at a place of buffer, and where it ends; nil if it is not whole.
  def parse(buffer, at)
    count, at = length_at(buffer, at, "*")
    return nil unless count

    args = []
    count.times do
      length, at = length_at(buffer, at, "$")
      return nil unless length && buffer.bytesize >= at + length + 2

      args << buffer.byteslice(at, length)
      at += length + 2
    end
    [args, at]
  end

  # A line like "*2\r\n": the number, and where the line after it begins.
  def length_at(buffer, at, kind)
    return nil unless at < buffer.bytesize && (stop = buffer.index(CRLF, at) || too_long(buffer, at))

    digits = buffer.byteslice(at + 1, stop - at - 1)
    raise ProtocolError, "expected a length" unless buffer[at] == kind && digits.match?(/\A\d{1,9}\z/)

    [digits.to_i, stop + 2]
  end

  def too_long(buffer, at)
    raise ProtocolError, "too long a line" if buffer.bytesize - at > 64
  end
end

# Keys, values and the times at which they end.
class Store
  Entry = Struct.new(:value, :ends_at)

  attr_reader :entries

  def initialize(max_keys)
    @entries = {}
    @max_keys = max_keys
  end

  def [](key)
    entry = @entries[key]
    return entry unless entry&.ends_at && entry.ends_at <= now_ms

    @entries.delete(key)
    nil
  end

  def put(key, value, ends_at)
    @entries.delete(@entries.each_key.first) while @max_keys && !self[key] && @entries.size >= @max_keys
    @entries[key.dup.freeze] = Entry.new(value, ends_at)
  end

  def delete(key) = self[key] && @entries.delete(key)

  def delete_expired
    now = now_ms
    @entries.delete_if { |_, entry| entry.ends_at && entry.ends_at <= now }
  end

  # The requests that make these keys again.
  def to_requests
    delete_expired
    @entries.flat_map do |key, entry|
      set = ["SET", key, entry.value]
      entry.ends_at ? [set, ["PEXPIREAT", key, entry.ends_at]] : [set]
    end
  end
end

# The file of all that has changed something. nil is none.
class Log
  NAME = "appendonly.aof"

  def initialize
    @file = File.open(NAME, "ab")
  end

  def self.each_request
    return unless File.exist?(NAME)
    return File.foreach(NAME, mode: "rb") { |line| yield line.split(" ") } if bug?("values-split-at-spaces")

    buffer = File.binread(NAME)
    at = 0
    while (args, stop = Resp.parse(buffer, at))
      yield args
      at = stop
    end
    File.truncate(NAME, at) # the last request may be there in part
  end

  def self.encoded(args)
    bug?("values-split-at-spaces") ? args.join(" ").b << "\n" : Resp.request(*args)
  end

  def write(args)
    @file.write(Log.encoded(args))
    @file.flush
    @file.fsync
  end

  # Writes a shorter log beside this one and puts it in its place.
  def rewrite(requests)
    File.open("#{NAME}.new", "wb") do |file|
      requests.each { |args| file.write(Log.encoded(args)) }
      file.fsync
    end
    File.rename("#{NAME}.new", NAME)
    return if bug?("rewrite-forgets-what-comes")

    @file.close
    @file = File.open(NAME, "ab")
  end
end

# What the commands do. Each takes the words of its request and returns a reply.
class Commands
  ARITY = {
    "ping" => 1..2, "echo" => 2..2, "get" => 2..2, "set" => 3.., "ttl" => 2..2, "del" => 2..,
    "expire" => 3..3, "pexpireat" => 3..3, "bgrewriteaof" => 1..1
  }.freeze

  attr_writer :log

  def initialize(store)
    @store = store
  end

  def execute(args)
    name = args[0].downcase
    return Resp.error("ERR unknown command '#{args[0]}', with args beginning with: #{args[1..].map { |a| "'#{a}' " }.join}") unless ARITY.key?(name)
    return Resp.error("ERR wrong number of arguments for '#{name}' command") unless ARITY[name].cover?(args.size) || bug?("arity-unchecked")

    send(name, args)
  rescue ReplyError => e
    Resp.error(e.message)
  end

  private

  def ping(args) = args[1] ? Resp.bulk(args[1]) : Resp.simple("PONG")

  def echo(args) = Resp.bulk(args[1])

  def get(args)
    entry = @store[args[1]]
    entry ? Resp.bulk(entry.value) : "$-1\r\n"
  end

  def set(args)
    _, key, value, *options = args
    ends_at = options.empty? ? nil : end_of(options)
    @store.put(key, value, ends_at)
    log("SET", key, value)
    log("PEXPIREAT", key, ends_at) if ends_at
    Resp.simple("OK")
  end

  # The moment that EX or PX means.
  def end_of(options)
    unit = { "EX" => 1000, "PX" => 1 }[options[0].upcase]
    raise ReplyError, "ERR syntax error" unless unit && options.size == 2

    time = number(options[1])
    raise ReplyError, "ERR invalid expire time in 'set' command" unless time.between?(1, 1 << 53)

    now_ms + time * unit
  end

  def ttl(args)
    entry = @store[args[1]]
    return Resp.integer(-2) unless entry

    Resp.integer(entry.ends_at ? (entry.ends_at - now_ms + 500) / 1000 : -1)
  end

  def del(args)
    deleted = args[1..].select { |key| @store.delete(key) }
    log("DEL", *deleted) unless deleted.empty?
    Resp.integer(deleted.size)
  end

  def expire(args) = expire_at(args[1], now_ms + number(args[2]) * 1000)

  def pexpireat(args) = expire_at(args[1], number(args[2]))

  def expire_at(key, ends_at)
    entry = @store[key]
    return Resp.integer(0) unless entry

    if ends_at <= now_ms
      @store.delete(key)
      log("DEL", key)
    else
      entry.ends_at = ends_at
      log("PEXPIREAT", key, ends_at)
    end
    Resp.integer(1)
  end

  def bgrewriteaof(_args)
    raise ReplyError, "ERR there is no log: start with --appendonly yes" unless @log

    @log.rewrite(@store.to_requests)
    Resp.simple("OK")
  end

  def number(text)
    raise ReplyError, "ERR value is not an integer or out of range" unless text.match?(/\A-?\d{1,18}\z/)

    text.to_i
  end

  def log(*args)
    @log&.write(args)
  end
end

# A connection, with what has come and what is still to go.
class Client
  attr_reader :socket

  def initialize(socket, commands)
    @socket = socket
    @commands = commands
    @in = "".b
    @out = "".b
    @closing = false
  end

  def wants_to_write? = !@out.empty?

  def done? = @closing && @out.empty?

  def read
    data = @socket.read_nonblock(16 * 1024, exception: false)
    return if data == :wait_readable
    return leave if data.nil?

    @in << data
    answer_all
  rescue ProtocolError => e
    @out << Resp.error("ERR Protocol error: #{e.message}")
    @closing = true
  rescue SystemCallError
    leave
  end

  def write
    return if @out.empty?

    sent = @socket.write_nonblock(@out, exception: false)
    return if sent == :wait_writable

    bug?("short-write-is-lost") ? @out.clear : @out.slice!(0, sent)
  rescue SystemCallError
    leave
  end

  private

  def answer_all
    at = 0
    while (args, stop = Resp.parse(@in, at))
      @out << @commands.execute(args) unless args.empty?
      at = stop
      break if bug?("one-reply-a-read")
    end
    @in.slice!(0, at)
  end

  def leave
    @closing = true
    @out.clear
  end
end

class Server
  def initialize(port, commands, store)
    @listener = TCPServer.new("127.0.0.1", port)
    @listener.listen(511)
    @commands = commands
    @store = store
    @clients = {}
  end

  def run
    cycle = now_ms
    loop do
      writers, readers = @clients.values.partition(&:wants_to_write?)
      readable, writable = IO.select([@listener, *readers.map(&:socket)], writers.map(&:socket), nil, 0.1)
      readable&.each { |socket| socket == @listener ? accept : serve(@clients[socket], &:read) }
      writable&.each { |socket| serve(@clients[socket], &:write) }
      next if now_ms - cycle < 100

      @store.delete_expired
      cycle = now_ms
    end
  end

  private

  def accept
    socket = @listener.accept_nonblock(exception: false)
    @clients[socket] = Client.new(socket, @commands) unless socket == :wait_readable
  end

  def serve(client)
    yield client
    client.write
    return unless client.done?

    @clients.delete(client.socket)
    client.socket.close
  end
end

options = { "--port" => "7000", "--appendonly" => "no" }
ARGV.each_slice(2) do |name, value|
  known = %w[--port --maxkeys --appendonly --appendfsync --bug].include?(name)
  abort "server: what is #{name}? usage: server.rb [--port N] [--maxkeys N] [--appendonly yes] [--bug NAME]" unless known && value
  options[name] = value
end
$bug = options["--bug"]

store = Store.new(options["--maxkeys"]&.to_i)
commands = Commands.new(store)
if options["--appendonly"] == "yes"
  Log.each_request { |args| commands.execute(args) }
  commands.log = Log.new
end
Server.new(options["--port"].to_i, commands, store).run
