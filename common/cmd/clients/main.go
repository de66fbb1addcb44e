// Clients runs real clients and tools on a stage and on redis-server, and compares what they
// print.
//
//	clients -ch ch08-datastructures [-only NAME] [-verbose]
//
// It prints a line a check; a failed one with the lines that differ. Exit codes: 0 nothing
// failed, 1 something failed, 2 nothing could be compared.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"redis-internals/common/chapters"
	"redis-internals/common/clients"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

func main() {
	code := run(os.Args[1:], os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

func run(args []string, stdout, stderr io.Writer) int {
	options, err := parse(args, stderr)
	if err == nil {
		options.Progress = terminal.NewProgress(stderr)
		var passed bool
		if passed, err = clients.Run(stdout, options, clients.All(options.Root)); err == nil {
			if passed {
				return 0
			}
			return 1
		}
	}
	fmt.Fprintln(stderr, "clients:", err)
	return 2
}

func parse(args []string, stderr io.Writer) (clients.Options, error) {
	var o clients.Options
	flags := flag.NewFlagSet("clients", flag.ContinueOnError)
	flags.SetOutput(stderr)
	chapter := flags.String("ch", "", "the stage; the newest one if empty")
	flags.StringVar(&o.Only, "only", "", "the checks whose `name` contains this")
	flags.BoolVar(&o.Verbose, "verbose", false, "print what redis-server's clients printed")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.Root, err = chapters.Root(); err != nil {
		return o, err
	}
	list, err := chapters.List(o.Root)
	if err != nil {
		return o, err
	}
	o.Chapter = list[len(list)-1]
	if *chapter != "" {
		o.Chapter, err = chapters.Parse(list, *chapter)
	}
	return o, err
}
