// Chapter 2: a server that speaks Redis' language, RESP, to thousands of
// clients on one thread.
//
// main wires the parts: the command line to the server, signals to its end,
// errors to the exit code.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"redis-internals/ch02/internal/command"
	"redis-internals/ch02/internal/logging"
	"redis-internals/ch02/internal/server"
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
		fmt.Fprintln(os.Stderr, "ch02-resp-eventloop:", err)
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
	}
	flags := flag.NewFlagSet("ch02-resp-eventloop", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("bind", "", func(s string) error {
		if o.Bind = strings.Fields(s); len(o.Bind) == 0 {
			return errors.New("at least one address is needed, as in \"127.0.0.1 -::1\"")
		}
		return nil
	})
	flags.Func("port", "", number(1, 65535, func(n int) { o.Port = n }))
	flags.Func("maxclients", "", number(1, 1_000_000, func(n int) { o.MaxClients = n }))
	flags.Func("tcp-backlog", "", number(1, 65535, func(n int) { o.Backlog = n }))
	flags.Func("tcp-keepalive", "", number(0, 32767, func(n int) { o.KeepAlive = time.Duration(n) * time.Second }))
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

const usage = `usage: ch02-resp-eventloop [flags]

  --bind "ADDRESS ..."      where to listen; a leading - marks an address that
                            may be missing, * is every one ("127.0.0.1 -::1")
  --port NUMBER             the TCP port (6379)
  --maxclients NUMBER       connections at a time (10000)
  --tcp-backlog NUMBER      connections that may wait to be accepted (511)
  --tcp-keepalive SECONDS   silence before a peer is probed; 0 is never (300)
`

const banner = `
  Chapter 2: RESP and an event loop. Many clients, one thread.

  try    redis-cli -p %[1]d ping
         redis-cli -p %[1]d hello
         redis-benchmark -p %[1]d -t ping_inline,ping_mbulk -q
  diff   make diff CH=02 shows what changed since chapter 1

`
