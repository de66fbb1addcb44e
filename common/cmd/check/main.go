// Check grades a server, in any language, by the chapters' stages.
//
//	check -addr 127.0.0.1:6379 -upto 02
//	check -cmd 'python3 my.py --port {port}' -flags 'appendonly=--aof {value}' -upto 04
//
// Cases of the core tier come first, in the order in which a server grows; the first that
// fails is told in full: what was meant, what was sent, expected and came, and which known
// mistake that looks like. Exit codes: 0 all that was asked passed, 1 something failed, 2 there
// was nothing to grade: no server, or a wrong flag.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"redis-internals/common/chapters"
	"redis-internals/common/cmdline"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
	"redis-internals/common/terminal"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	verbose := flags.Bool("v", false, "")
	server, err := cmdline.Parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if err == nil {
		conformance.RaiseFileLimit()
		var target *conformance.Target
		if target, err = server.Target(); err == nil {
			defer target.Close()
			grading := conformance.Grading{Cases: cases.All(), Exhibits: exhibits(), Verbose: *verbose, Colour: terminal.Colours(stdout)}
			if grading.Grade(stdout, target) {
				return 0
			}
			return 1
		}
	}
	fmt.Fprintln(stderr, "check:", err)
	return 2
}

// exhibits are the mistakes that a server may be likened to. One that cannot be read is no reason
// not to grade.
func exhibits() []conformance.Exhibit {
	root, err := chapters.Root()
	if err != nil {
		return nil
	}
	m, _ := museum.Open(root)
	return judge.Causes(m)
}

const usage = `usage: check [-addr HOST:PORT | -cmd LINE [-flags MAP]] [-upto CHAPTER] [-v]

` + cmdline.Usage + `  -v                names of what failed in the full tier, and of what was not asked
`
