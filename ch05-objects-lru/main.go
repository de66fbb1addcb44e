// Chapter 5: a server that knows what its values are and when they were used, that
// can be configured, and that tells about itself.
//
// main wires the parts: the command line to the server, signals to its end,
// errors to the exit code.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"redis-internals/ch05/internal/command"
	"redis-internals/ch05/internal/config"
	"redis-internals/ch05/internal/logging"
	"redis-internals/ch05/internal/resp"
	"redis-internals/ch05/internal/server"
)

func main() {
	opts := config.Default()
	err := opts.Parse(os.Args[1:], splitWords)
	switch {
	case errors.Is(err, config.ErrHelp):
		fmt.Print(usage)
		return
	case errors.Is(err, config.ErrVersion):
		fmt.Println("ch05-objects-lru, a server that behaves as Redis", command.Version)
		return
	case err == nil:
		err = run(opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ch05-objects-lru:", err)
		os.Exit(1)
	}
}

// splitWords splits a line of redis.conf, which has the same quotes as a request
// typed by hand.
func splitWords(line string) (words []string, ok bool) {
	split, ok := resp.SplitWords([]byte(line), nil)
	for _, word := range split {
		words = append(words, string(word))
	}
	return words, ok
}

// run serves until SIGINT or SIGTERM. A second signal ends the process at once.
func run(opts *config.Config) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A terminal that closes, or a reader of the log that ends, ends nobody else.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	log := logging.New(os.Stdout, logging.Notice)
	s, err := server.Listen(opts, command.Families, log)
	if err != nil {
		return err
	}
	for _, name := range opts.Ignored {
		log.Notice("Setting of Redis without a meaning here: %s", name)
	}
	go func() {
		received := <-signals
		signal.Stop(signals)
		log.Notice("Received %s", received)
		s.Shutdown()
	}()
	return s.Run(func() { fmt.Printf(banner, opts.Port) })
}

const usage = `usage: ch05-objects-lru [redis.conf] [--OPTION VALUE ...] ...

A redis.conf is read first; options on the command line come after it.

  --bind "ADDRESS ..."      where to listen; a leading - marks an address that
                            may be missing, * is every one ("127.0.0.1 -::1")
  --port NUMBER             the TCP port (6379)
  --maxclients NUMBER       connections at a time (10000)
  --databases NUMBER        databases there are (16)
  --tcp-backlog NUMBER      connections that may wait to be accepted (511)
  --tcp-keepalive SECONDS   silence before a peer is probed; 0 is never (300)

which keys go:

  --maxkeys NUMBER          keys there may be in all databases; 0 is no limit (0)
  --maxmemory-policy POLICY simple-first, allkeys-random, allkeys-lru, or
                            volatile-random, volatile-ttl, volatile-lru; with
                            noeviction, simple-first (noeviction)
  --maxmemory-samples NUMBER
                            keys that are looked at to find one that goes (5)

how much may wait for one client; sizes are in bytes or in kb, mb, gb:

  --client-query-buffer-limit SIZE
                            requests not executed yet (1gb)
  --client-output-buffer-limit "normal HARD SOFT SECONDS"
                            replies it does not read; 0 is no limit
                            ("normal 0 0 0")

the append-only file:

  --appendonly yes|no       log writes, and load the log at the start (no)
  --appendfsync always|everysec|no
                            when the log is forced to the disk (everysec)
  --dir PATH                where its folder stands (.)
  --appenddirname NAME      the folder (appendonlydir)
  --appendfilename NAME     how the names in it begin (appendonly.aof)
  --aof-load-truncated yes|no
                            cut off half a command at its end (yes)
  --auto-aof-rewrite-percentage NUMBER
                            growth that makes it be rewritten; 0 is never (100)
  --auto-aof-rewrite-min-size SIZE
                            and the least size for that (64mb)
  --no-appendfsync-on-rewrite yes|no
                            do not force it meanwhile (no)
  --aof-use-rdb-preamble no
                            taken so that Redis' flags are; there is no RDB here
`

const banner = `
  Chapter 5: objects, statistics, settings, and which key to evict.

  try    redis-cli -p %[1]d incr visits
         redis-cli -p %[1]d object encoding visits
         redis-cli -p %[1]d info stats
         redis-cli -p %[1]d config set maxkeys 1000 maxmemory-policy allkeys-lru
  diff   make diff CH=05 shows what changed since chapter 4

`
