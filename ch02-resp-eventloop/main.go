// Chapter 2: a server that speaks Redis' language, RESP, to thousands of
// clients on one thread.
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

	"redis-internals/ch02/internal/command"
	"redis-internals/ch02/internal/config"
	"redis-internals/ch02/internal/logging"
	"redis-internals/ch02/internal/server"
)

const program = "ch02-resp-eventloop"

func main() {
	opts := config.Default()
	err := opts.Parse(os.Args[1:])
	switch {
	case errors.Is(err, config.ErrHelp):
		fmt.Print(config.Help(program))
		return
	case errors.Is(err, config.ErrVersion):
		fmt.Println(program+", a server that behaves as Redis", command.Version)
		return
	case err == nil:
		err = run(opts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, program+":", err)
		os.Exit(1)
	}
}

// run serves until SIGINT or SIGTERM. A second signal ends the process at once.
func run(opts *config.Config) (err error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A terminal that closes, or a reader of the log that ends, ends nobody else.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	log, err := logging.Open(opts.LogFile, opts.LogLevel)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && opts.LogFile != "" { // standard error may have no reader
			log.Warning("%v", err)
		}
	}()
	s, err := server.Listen(opts, command.Families, log)
	if err != nil {
		return err
	}
	go func() {
		received := <-signals
		signal.Stop(signals)
		log.Notice("Received %s", received)
		s.Shutdown()
	}()
	return s.Run(func() { fmt.Printf(banner, opts.Port) })
}

const banner = `
  Chapter 2: RESP and an event loop. Many clients, one thread.

  try    redis-cli -p %[1]d ping
         redis-cli -p %[1]d hello
         redis-benchmark -p %[1]d -t ping_inline,ping_mbulk -q
  diff   make diff CH=02 shows what changed since chapter 1

`
