// Chapter 4: a server that executes whole pipelines in a turn, and whose data is
// still there after a restart.
//
// main wires the parts: the command line to the server, signals to its end,
// errors to the exit code.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"redis-internals/ch04/internal/aof"
	"redis-internals/ch04/internal/command"
	"redis-internals/ch04/internal/logging"
	"redis-internals/ch04/internal/server"
)

func main() {
	opts, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return
	}
	if err == nil {
		err = run(opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ch04-pipeline-aof:", err)
		os.Exit(1)
	}
}

// run serves until SIGINT or SIGTERM. A second signal ends the process at once.
func run(opts server.Options) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A terminal that closes, or a reader of the log that ends, ends nobody else.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	opts.Log = logging.New(os.Stdout, logging.Notice)
	s, err := server.Listen(opts, command.Families)
	if err != nil {
		return err
	}
	go func() {
		received := <-signals
		signal.Stop(signals)
		opts.Log.Notice("Received %s", received)
		s.Shutdown()
	}()
	return s.Run(func() { fmt.Printf(banner, opts.Port) })
}

// parseOptions reads the command line. Its error is one line that says what is
// wrong and what would be right, or flag.ErrHelp.
func parseOptions(args []string) (server.Options, error) {
	o := server.Options{
		Bind:       []string{"127.0.0.1", "-::1"},
		Port:       6379,
		Backlog:    511,
		MaxClients: 10_000,
		KeepAlive:  300 * time.Second,
		MaxQuery:   1 << 30,
		AOF: aof.Options{
			AppendFsync:           aof.EverySecond,
			Dir:                   ".",
			AppendDirName:         "appendonlydir",
			AppendFileName:        "appendonly.aof",
			AOFLoadTruncated:      true,
			AutoRewritePercentage: 100,
			AutoRewriteMinSize:    64 << 20,
		},
	}
	flags := flag.NewFlagSet("ch04-pipeline-aof", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("bind", "", func(s string) error {
		if o.Bind = strings.Fields(s); len(o.Bind) == 0 {
			return errors.New("at least one address is needed, as in \"127.0.0.1 -::1\"")
		}
		return nil
	})
	flags.Func("port", "", number(1, 65535, func(n int) { o.Port = n }))
	flags.Func("maxclients", "", number(1, 1_000_000, func(n int) { o.MaxClients = n }))
	flags.Func("maxkeys", "", number(0, math.MaxInt32, func(n int) { o.MaxKeys = n }))
	flags.Func("tcp-backlog", "", number(1, 65535, func(n int) { o.Backlog = n }))
	flags.Func("tcp-keepalive", "", number(0, 32767, func(n int) { o.KeepAlive = time.Duration(n) * time.Second }))
	flags.Func("client-query-buffer-limit", "", func(s string) error { return setMemory(&o.MaxQuery, s, 1<<20) })
	flags.Func("client-output-buffer-limit", "", func(s string) error { return setOutputLimit(&o.Output, s) })
	flags.Func("dir", "", func(s string) error { o.AOF.Dir = s; return nil })
	flags.Func("appendonly", "", yesNo(&o.AOF.AppendOnly))
	flags.Func("appendfsync", "", func(s string) error { return setPolicy(&o.AOF.AppendFsync, s) })
	flags.Func("appenddirname", "", name(&o.AOF.AppendDirName))
	flags.Func("appendfilename", "", name(&o.AOF.AppendFileName))
	flags.Func("aof-load-truncated", "", yesNo(&o.AOF.AOFLoadTruncated))
	flags.Func("aof-use-rdb-preamble", "", onlyNo)
	flags.Func("no-appendfsync-on-rewrite", "", yesNo(&o.AOF.NoFsyncOnRewrite))
	flags.Func("auto-aof-rewrite-percentage", "", number(0, math.MaxInt32, func(n int) { o.AOF.AutoRewritePercentage = n }))
	flags.Func("auto-aof-rewrite-min-size", "", func(s string) error { return setMemory(&o.AOF.AutoRewriteMinSize, s, 0) })
	if err := flags.Parse(args); err != nil {
		if strings.Contains(err.Error(), "not defined") {
			err = fmt.Errorf("%w (--help lists those there are)", err)
		}
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q (values follow their flag, and several go together in quotes: --bind \"127.0.0.1 ::1\")", flags.Arg(0))
	}
	return o, nil
}

// number returns a flag's function that accepts the whole numbers from low to
// high.
func number(low, high int, set func(int)) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return fmt.Errorf("a number from %d to %d is needed", low, high)
		}
		set(n)
		return nil
	}
}

const usage = `usage: ch04-pipeline-aof [flags]

  --bind "ADDRESS ..."      where to listen; a leading - marks an address that
                            may be missing, * is every one ("127.0.0.1 -::1")
  --port NUMBER             the TCP port (6379)
  --maxclients NUMBER       connections at a time (10000)
  --maxkeys NUMBER          keys there may be; the first one set goes first, 0 is
                            no limit (0)
  --tcp-backlog NUMBER      connections that may wait to be accepted (511)
  --tcp-keepalive SECONDS   silence before a peer is probed; 0 is never (300)

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
  Chapter 4: pipelines, and data that survives a restart.

  try    redis-benchmark -p %[1]d -t set,get -P 16 -r 100000 -q
         redis-cli -p %[1]d set greeting hello
         redis-cli -p %[1]d bgrewriteaof
  diff   make diff CH=04 shows what changed since chapter 3

`
