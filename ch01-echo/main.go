// Chapter 1: a TCP echo server that serves one client at a time.
//
//	client A ──bytes──▶ ┌──────────────────────────┐
//	         ◀──bytes── │ accept, read, write, ... │   one thread, blocked in
//	client B ── waits ─ │ until A hangs up         │   read until A says more
//	client C ── waits ─ └──────────────────────────┘
//
// The kernel completes B's and C's connections and keeps their bytes, but no
// one reads them: the only thread sits in A's read. One thread for many
// clients, which is what Redis does, needs another way to wait: chapter 2.
//
// Redis: networking.c, acceptTcpHandler and readQueryFromClient.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// readSize is how many bytes one read may bring. It bounds memory, not
// messages: a longer message takes several rounds.
const readSize = 16 * 1024

func main() {
	opts, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		// A terminal that closes, or a reader of the log that ends, ends nobody else.
		signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
		err = run(ctx, opts, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ch01-echo:", err)
		os.Exit(1)
	}
}

// run listens, says so on out, and serves until ctx ends. Errors are those of
// listening and accepting; what goes wrong with one client is its own affair.
func run(ctx context.Context, opts options, out io.Writer) error {
	listener, err := net.Listen("tcp", opts.address())
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use, perhaps by a redis-server: stop that,\n"+
			"or choose another port: --port 7000, in make run CH=01 ARGS=\"--port 7000\"", opts.address())
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", opts.address(), err)
	}
	defer listener.Close()
	// Accept and Read block. Closing what they wait on is how they are told to stop.
	defer context.AfterFunc(ctx, func() { listener.Close() })()

	fmt.Fprintf(out, banner, opts.bind, opts.port)
	fmt.Fprintf(out, "Ready to accept connections on %s.\n", opts.address())
	err = serve(ctx, listener, out)
	if ctx.Err() != nil {
		fmt.Fprintln(out, "Stopped.")
		return nil
	}
	return err
}

// serve accepts clients and echoes each to its end before it accepts the next.
// It returns the error that ended accepting.
//
// A client says hello to the kernel, and may wait there for long: the server
// hears of it when Accept returns, and not before.
func serve(ctx context.Context, listener net.Listener, out io.Writer) error {
	for number := 1; ; number++ {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accepting a client: %w", err)
		}
		hangUp := context.AfterFunc(ctx, func() { conn.Close() })
		fmt.Fprintf(out, "Client %d connected, from %s.\n", number, conn.RemoteAddr())
		if err := echo(conn); err != nil && ctx.Err() == nil {
			fmt.Fprintf(out, "Client %d: %v\n", number, err)
		}
		fmt.Fprintf(out, "Client %d has left.\n", number)
		hangUp()
		conn.Close()
	}
}

// echo writes back all that conn sends, until it sends no more. A client that
// closes its sending half gets its last bytes before it gets the end.
//
// Write returns once the kernel has taken every byte: a client that sends and
// never reads fills the socket's buffers, and then blocks the server here.
func echo(conn io.ReadWriter) error {
	buf := make([]byte, readSize)
	for {
		n, err := conn.Read(buf) // n bytes may come together with an error
		if _, werr := conn.Write(buf[:n]); werr != nil {
			return werr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// options are the command line's values.
type options struct {
	bind string // the address to listen on
	port int    // 1 to 65535
}

func (o options) address() string { return net.JoinHostPort(o.bind, strconv.Itoa(o.port)) }

// parseOptions reads the command line. Its error is one line that says what is
// wrong and what would be right, or flag.ErrHelp.
func parseOptions(args []string) (options, error) {
	o := options{bind: "127.0.0.1", port: 6379}
	flags := flag.NewFlagSet("ch01-echo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.bind, "bind", o.bind, "")
	flags.Func("port", "", func(s string) (err error) {
		if o.port, err = strconv.Atoi(s); err != nil || o.port < 1 || o.port > 65535 {
			return errors.New("a port is a number from 1 to 65535")
		}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
			err = noFlag(name)
		}
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q (values follow their flag: --port 7000)", flags.Arg(0))
	}
	return o, nil
}

// noFlag is the error for a flag that there is not. It guesses which one is meant:
// the first letter is the one that fingers get right.
func noFlag(name string) error {
	for _, flag := range []string{"bind", "port"} {
		if name[0] == flag[0] {
			return fmt.Errorf("no --%s; did you mean --%s?", name, flag)
		}
	}
	return fmt.Errorf("no --%s; there are --bind and --port", name)
}

const usage = `usage: ch01-echo [--bind ADDRESS] [--port NUMBER]

  --bind ADDRESS   the address to listen on (127.0.0.1)
  --port NUMBER    the TCP port, 1 to 65535 (6379)
`

const banner = `
  Chapter 1: an echo server. One client at a time, on purpose.

  try    nc %[1]s %[2]d, and type a line: it comes back
         the same in a second terminal: nothing comes back ...
         ... until you end the first one (Ctrl-C)
  next   make diff CH=02 shows what chapter 2 changes

`
