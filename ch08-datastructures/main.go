// Chapter 8: Redis' data structures, the commands on them, and clients that wait.
//
// main wires the parts: the command line to the server, signals to its end,
// errors to the exit code.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"redis-internals/ch08/internal/command"
	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
	"redis-internals/ch08/internal/server"
)

const program = "ch08-datastructures"

func main() {
	opts := config.Default()
	opts.MayRename = command.Renamer()
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

// logPath is where the log goes; a relative path begins in dir, as in Redis.
func logPath(opts *config.Config) string {
	if opts.LogFile == "" || filepath.IsAbs(opts.LogFile) {
		return opts.LogFile
	}
	return filepath.Join(opts.Dir, opts.LogFile)
}

// run serves until SHUTDOWN, SIGINT or SIGTERM.
func run(opts *config.Config) (err error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A terminal that closes, or a reader of the log that ends, ends nobody else.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	log, err := logging.Open(logPath(opts), opts.LogLevel)
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
	s.WatchForCrashes()
	s.WatchForSignals(signals)
	opts.ReportIgnored(log)
	return s.Run(func() { fmt.Printf(banner, opts.Port, os.Getpid()) })
}

const banner = `
  Chapter 8: Redis' data structures, their commands, and clients that wait.

  try    redis-cli -p %[1]d, and in it: hset ada born 1815, object encoding ada
         geoadd places 13.36 38.12 Palermo, zscore places Palermo
         blpop jobs 0, and in a second terminal: rpush jobs mail
  read   ch08-datastructures/README.md
  diff   make diff CH=08 FILE=internal/object shows what changed there

`
