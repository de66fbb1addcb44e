// server.js: chapters 2 to 4 in Node: its event loop, a parser for each client, a log.
//
//   node server.js --port 7000 [--limit 10] [--aof yes] [--bug NAME]
//
//   data ─▶ parser.text ─▶ requests ─▶ execute ─▶ replies, in one write
//                                         └─▶ append, fsync
//
// Bytes are read into strings with one character for each ("latin1"), and written the same
// way, so that text and binary values are handled alike.
//
// --bug plants one mistake: names-in-one-case, leaving-client-ends-all,
// set-keeps-the-time-limit, dump-only, time-left-is-logged.
'use strict';

const fs = require('fs');
const net = require('net');

const options = { port: '6379', limit: '0', aof: 'no', bug: '' };
for (let i = 2; i + 1 < process.argv.length; i += 2) {
  options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
}
const limit = Number(options.limit);

// ---- the protocol ----

const simple = (text) => `+${text}\r\n`;
const error = (text) => `-${text}\r\n`;
const integer = (n) => `:${n}\r\n`;
const bulk = (text) => `$${text.length}\r\n${text}\r\n`;
const NULL = '$-1\r\n';
const OK = simple('OK');

const request = (args) => `*${args.length}\r\n${args.map(bulk).join('')}`;

// Parser cuts what comes into requests. What is left of the last one waits for the rest.
class Parser {
  constructor() {
    this.text = '';
    this.wanted = 0; // how long text must be for the next argument to be whole
    this.done = 0; // characters of requests that were taken
  }

  add(chunk) {
    this.text += chunk;
  }

  // next returns a request's arguments, or null if there is no whole one.
  next() {
    if (this.text.length < this.wanted) return null;
    let at = 0;
    const number = (kind) => {
      if (at < this.text.length && this.text[at] !== kind) throw new Error(`Protocol error: expected '${kind}'`);
      const end = this.text.indexOf('\r\n', at);
      if (end < 0) return null;
      const n = Number(this.text.slice(at + 1, end));
      if (!Number.isInteger(n) || n < 0) throw new Error('Protocol error: invalid length');
      at = end + 2;
      return n;
    };
    const count = number('*');
    if (count === null) return null;
    const args = [];
    for (let i = 0; i < count; i++) {
      const length = number('$');
      if (length === null) return null;
      this.wanted = at + length + 2;
      if (this.text.length < this.wanted) return null;
      args.push(this.text.slice(at, at + length));
      at += length + 2;
    }
    this.text = this.text.slice(at);
    this.wanted = 0;
    this.done += at;
    return args;
  }
}

// ---- the keys ----

const values = new Map(); // in the order in which they were added
const ends = new Map(); // of keys with a time limit: when it is over, in milliseconds since 1970

function remove(key) {
  ends.delete(key);
  return values.delete(key);
}

// expire deletes the key if its time is over.
function expire(key) {
  if (ends.has(key) && ends.get(key) <= Date.now()) remove(key);
}

function find(key) {
  expire(key);
  return values.get(key);
}

setInterval(() => {
  for (const key of ends.keys()) expire(key);
}, 100);

// toInteger reads a number as Redis does: "007" and "1.5" are none.
function toInteger(text) {
  const n = Number(text);
  return Number.isSafeInteger(n) && String(n) === text ? n : null;
}

const NOT_A_NUMBER = error('ERR value is not an integer or out of range');
const SYNTAX = error('ERR syntax error');

// ---- the commands ----

function set(key, value, ...rest) {
  let end = null;
  if (rest.length > 0) {
    const unit = { EX: 1000, PX: 1, PXAT: 1 }[rest[0].toUpperCase()];
    if (!unit || rest.length !== 2) return SYNTAX;
    const n = toInteger(rest[1]);
    if (n === null) return NOT_A_NUMBER;
    if (n <= 0) return error("ERR invalid expire time in 'set' command");
    end = rest[0].toUpperCase() === 'PXAT' ? n : Date.now() + n * unit;
  }
  values.set(key, value);
  if (end !== null) ends.set(key, end);
  else if (options.bug !== 'set-keeps-the-time-limit') ends.delete(key);
  while (limit > 0 && values.size > limit) remove(values.keys().next().value);

  if (options.bug === 'time-left-is-logged') append(['SET', key, value, ...rest]);
  else append(setRequest(key));
  return OK;
}

function setRequest(key) {
  const args = ['SET', key, values.get(key)];
  if (ends.has(key)) args.push('PXAT', String(ends.get(key)));
  return args;
}

function get(key) {
  const value = find(key);
  return value === undefined ? NULL : bulk(value);
}

function del(...keys) {
  let there = 0;
  for (const key of keys) {
    expire(key);
    if (remove(key)) there++;
  }
  if (there > 0) append(['DEL', ...keys]);
  return integer(there);
}

function expireIn(key, seconds) {
  const n = toInteger(seconds);
  if (n === null) return NOT_A_NUMBER;
  const end = Date.now() + n * 1000;
  const record = options.bug === 'time-left-is-logged' ? ['EXPIRE', key, seconds] : ['PEXPIREAT', key, String(end)];
  return endAt(key, end, record);
}

function expireAt(key, time) {
  const n = toInteger(time);
  return n === null ? NOT_A_NUMBER : endAt(key, n, ['PEXPIREAT', key, time]);
}

// endAt sets when a key ends. If that is over, whoever asks for it next deletes it.
function endAt(key, time, record) {
  if (find(key) === undefined) return integer(0);
  ends.set(key, time);
  append(record);
  return integer(1);
}

function ttl(key) {
  if (find(key) === undefined) return integer(-2);
  if (!ends.has(key)) return integer(-1);
  return integer(Math.round((ends.get(key) - Date.now()) / 1000));
}

const MANY = Infinity;
const commands = {
  // name: [function, fewest arguments, most]
  PING: [(text) => (text === undefined ? simple('PONG') : bulk(text)), 0, 1],
  ECHO: [bulk, 1, 1],
  SET: [set, 2, MANY],
  GET: [get, 1, 1],
  DEL: [del, 1, MANY],
  EXPIRE: [expireIn, 2, 2],
  PEXPIREAT: [expireAt, 2, 2],
  TTL: [ttl, 1, 1],
  BGREWRITEAOF: [rewrite, 0, 0],
};

function execute([name, ...args]) {
  const known = commands[options.bug === 'names-in-one-case' ? name : name.toUpperCase()];
  if (!known) {
    const beginning = args.map((a) => `'${a.slice(0, 128)}' `).join('');
    return error(`ERR unknown command '${name}', with args beginning with: ${beginning}`);
  }
  const [run, least, most] = known;
  if (args.length < least || args.length > most) {
    return error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  }
  return run(...args);
}

// ---- the log ----

const LOG = 'appendonly.aof';
let log = null; // its file descriptor

// append writes a command. It is on the disk before it is answered.
function append(args) {
  if (log === null || options.bug === 'dump-only') return;
  fs.writeSync(log, Buffer.from(request(args), 'latin1'));
  fs.fsyncSync(log);
}

function load() {
  if (fs.existsSync(LOG)) {
    const parser = new Parser();
    parser.add(fs.readFileSync(LOG, 'latin1'));
    for (let args = parser.next(); args; args = parser.next()) execute(args);
    fs.truncateSync(LOG, parser.done); // the last record may not be whole: it was never answered
  }
  log = fs.openSync(LOG, 'a');
}

// rewrite writes the shortest log for what is there.
function rewrite() {
  if (log !== null) {
    for (const key of [...ends.keys()]) expire(key);
    const shortest = [...values.keys()].map((key) => request(setRequest(key))).join('');
    const file = fs.openSync(`${LOG}.new`, 'w');
    fs.writeSync(file, Buffer.from(shortest, 'latin1'));
    fs.fsyncSync(file);
    fs.renameSync(`${LOG}.new`, LOG);
    fs.closeSync(log);
    log = file;
  }
  return simple('Background append only file rewriting started');
}

// ---- the clients ----

const server = net.createServer({ noDelay: true }, (socket) => {
  const parser = new Parser();
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    parser.add(chunk);
    let replies = '';
    try {
      for (let args = parser.next(); args; args = parser.next()) {
        if (args.length > 0) replies += execute(args);
      }
      if (replies) socket.write(replies, 'latin1');
    } catch (e) {
      socket.end(replies + error(`ERR ${e.message}`), 'latin1');
    }
  });
  if (options.bug !== 'leaving-client-ends-all') {
    socket.on('error', () => socket.destroy());
  }
});

if (options.aof === 'yes') load();
server.listen(Number(options.port), '127.0.0.1', () => console.log('ready on port', options.port));
