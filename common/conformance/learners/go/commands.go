// commands.go: the table of commands, and what each does.

package main

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	syntaxError = "ERR syntax error"
	notANumber  = "ERR value is not an integer or out of range"
)

// execute runs a request and returns the reply.
func execute(args [][]byte) []byte {
	name := strings.ToLower(string(args[0]))
	c, known := commands[name]
	if !known {
		rest := ""
		for _, a := range args[1:] {
			rest += fmt.Sprintf("'%.128s' ", a)
		}
		return failure("ERR unknown command '%s', with args beginning with: %s", args[0], rest)
	}
	args = args[1:]
	if *bug != "arity-unchecked" && (len(args) < c.least || len(args) > c.most) {
		return failure("ERR wrong number of arguments for '%s' command", name)
	}
	return c.run(args)
}

type command struct {
	run         func(args [][]byte) []byte
	least, most int // arguments
}

const many = 1 << 20

var commands map[string]command

func init() {
	commands = map[string]command{
		"ping":         {ping, 0, 1},
		"echo":         {echo, 1, 1},
		"get":          {get, 1, 1},
		"set":          {set, 2, many},
		"del":          {del, 1, many},
		"expire":       {expire, 2, 2},
		"pexpireat":    {pexpireat, 2, 2},
		"ttl":          {ttl, 1, 1},
		"incr":         {incr, 1, 1},
		"object":       {object, 2, 2},
		"type":         {typeOf, 1, 1},
		"info":         {info, 0, 1},
		"bgrewriteaof": {rewriteLog, 0, 0},
	}
}

func ping(args [][]byte) []byte {
	if len(args) == 0 {
		return simple("PONG")
	}
	return bulk(args[0])
}

func echo(args [][]byte) []byte { return bulk(args[0]) }

func get(args [][]byte) []byte {
	e := use(string(args[0]))
	if e == nil {
		return null
	}
	return bulk(e.bytes())
}

func set(args [][]byte) []byte {
	e := newEntry(args[1])
	for options := args[2:]; len(options) > 0; options = options[2:] {
		option := strings.ToUpper(string(options[0]))
		if len(options) == 1 || option != "EX" && option != "PX" && option != "PXAT" {
			return failure(syntaxError)
		}
		n, ok := toNumber(options[1])
		if !ok {
			return failure(notANumber)
		}
		if n <= 0 {
			return failure("ERR invalid expire time in 'set' command")
		}
		switch option {
		case "EX":
			e.expires = now() + n*1000
		case "PX":
			e.expires = now() + n
		case "PXAT":
			e.expires = n
		}
	}
	put(string(args[0]), e)
	logEntry(args[0], e)
	return simple("OK")
}

func del(args [][]byte) []byte {
	n := int64(0)
	for _, key := range args {
		if lookup(string(key)) != nil {
			remove(string(key))
			n++
		}
	}
	if n > 0 {
		writeLog(append([][]byte{[]byte("DEL")}, args...)...)
	}
	return integer(n)
}

func expire(args [][]byte) []byte {
	seconds, ok := toNumber(args[1])
	if !ok {
		return failure(notANumber)
	}
	return expireAt(args[0], now()+seconds*1000)
}

func pexpireat(args [][]byte) []byte {
	at, ok := toNumber(args[1])
	if !ok {
		return failure(notANumber)
	}
	return expireAt(args[0], at)
}

// expireAt sets when a key ends. Where that is over it is gone when it is next looked for.
func expireAt(key []byte, at int64) []byte {
	e := lookup(string(key))
	if e == nil {
		return integer(0)
	}
	e.expires = at
	writeLog([]byte("PEXPIREAT"), key, fmt.Append(nil, at))
	return integer(1)
}

func ttl(args [][]byte) []byte {
	e := lookup(string(args[0]))
	switch {
	case e == nil:
		return integer(-2)
	case e.expires == 0:
		return integer(-1)
	}
	return integer((e.expires - now() + 500) / 1000)
}

func incr(args [][]byte) []byte {
	key := string(args[0])
	e := use(key)
	if e == nil {
		e = &entry{isNumber: true}
		put(key, e)
	}
	if !e.isNumber {
		return failure(notANumber)
	}
	if !e.increment() {
		return failure("ERR increment or decrement would overflow")
	}
	writeLog([]byte("INCR"), args[0])
	return integer(e.number)
}

func object(args [][]byte) []byte {
	if !bytes.EqualFold(args[0], []byte("ENCODING")) {
		return failure("ERR unknown subcommand '%s'.", args[0])
	}
	e := lookup(string(args[1]))
	if e == nil {
		return failure("ERR no such key")
	}
	return bulk([]byte(e.encoding()))
}

func typeOf(args [][]byte) []byte {
	if lookup(string(args[0])) == nil {
		return simple("none")
	}
	return simple("string")
}

func info([][]byte) []byte {
	text := "# Keyspace\r\n"
	if added > 0 {
		text += fmt.Sprintf("db0:keys=%d,expires=0,avg_ttl=0\r\n", added)
	}
	return bulk([]byte(text))
}
