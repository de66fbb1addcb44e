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
	"strconv"
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
		fmt.Printf("Redis server v=%s sha=00000000:0 malloc=zmalloc bits=%d build=0\n", command.Version, strconv.IntSize)
		fmt.Println(program + ", a server that behaves as that one")
		return
	case errors.Is(err, config.ErrCheckSystem):
		os.Exit(checkSystem(os.Stdout, opts))
	case err == nil && isToDetach(opts):
		err = detach(opts)
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

// tellStart writes the first lines of the log, by which people and programs know a Redis. With
// always-show-logo there is the process's number on a line of its own: Redis' test suite looks
// for that. Redis: server.c, main and redisAsciiArt.
func tellStart(opts *config.Config, log *logging.Logger) {
	log.SetRole(logging.Starting)
	log.Warning("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
	log.Warning("Redis version=%s, bits=%d, commit=00000000, modified=0, pid=%d, just started", command.Version, strconv.IntSize, os.Getpid())
	if len(os.Args) > 1 {
		log.Warning("Configuration loaded")
	} else {
		log.Warning("Warning: no config file specified, using the default config. In order to specify a config file use %s /path/to/redis.conf", os.Args[0])
	}
	log.SetRole(logging.Master)
	if opts.AlwaysShowLogo {
		log.Raw(fmt.Sprintf(logo, command.Version, strconv.IntSize, opts.Port, os.Getpid()))
	} else {
		log.Notice("Running mode=standalone, port=%d.", opts.Port)
	}
}

const logo = `
  Redis %s (00000000/0) %d bit, by chapter 8
  Running in standalone mode
  Port: %d
  PID: %d

`

// run serves until SHUTDOWN, SIGINT or SIGTERM.
func run(opts *config.Config) (err error) {
	if opts.Daemonize && opts.PidFile == "" {
		opts.PidFile = defaultPidFile
	}
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
	tellStart(opts, log)
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
