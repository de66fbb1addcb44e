// Check grades a server, in any language, by the chapters' stages.
//
//	check -addr 127.0.0.1:6379 -upto 02
//	check -cmd 'python3 my.py --port {port}' -flags 'appendonly=--aof {value}' -upto 04
//
// Cases of the core tier come first, in the order in which a server grows; the first that
// fails is told in full: what was meant, what was sent, expected and came. Exit codes: 0 all that was asked passed, 1 something failed, 2 there
// was nothing to grade: no server, or a wrong flag.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if err == nil {
		conformance.RaiseFileLimit()
		var target *conformance.Target
		if target, err = o.target(); err == nil {
			defer target.Close()
			grading := conformance.Grading{Cases: cases.All(), Verbose: o.verbose, Colour: isTerminal(stdout)}
			if grading.Grade(stdout, target) {
				return 0
			}
			return 1
		}
	}
	fmt.Fprintln(stderr, "check:", err)
	return 2
}

const usage = `usage: check [-addr HOST:PORT | -cmd LINE [-flags MAP]] [-upto CHAPTER] [-v]

  -addr HOST:PORT   a server that runs already (127.0.0.1:6379)
  -cmd LINE         how to start one: 'python3 my.py --port {port}'. Then it is also
                    killed, restarted on its log, and asked how it ends
  -flags MAP        what flags are called there: 'appendonly=--aof {value}; maxkeys='
  -upto CHAPTER     the last stage it claims to be, such as 02; all if not given
  -v                names of what failed in the full tier, and of what was not asked
`

// options are what the command line says.
type options struct {
	addr, command string
	flags         map[string]string
	upto          int
	verbose       bool
}

func (o options) target() (*conformance.Target, error) {
	if o.command == "" {
		return conformance.AddressTarget(o.addr, o.upto)
	}
	return conformance.CommandTarget(harness.Command{Name: "your server", Line: o.command, Flags: o.flags}, o.upto)
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.addr, "addr", "", "")
	flags.StringVar(&o.command, "cmd", "", "")
	flags.BoolVar(&o.verbose, "v", false, "")
	mapped := flags.String("flags", "", "")
	chapter := flags.String("upto", "", "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.addr != "" && o.command != "":
		return o, errors.New("-addr is a server that runs, -cmd starts one: give one of them")
	case o.addr == "":
		o.addr = "127.0.0.1:6379"
	}
	if o.flags, err = parseMap(*mapped); err != nil {
		return o, err
	}
	o.upto, err = chapterNumber(*chapter)
	return o, err
}

// parseMap reads "name=form; name=form".
func parseMap(s string) (map[string]string, error) {
	m := map[string]string{}
	for pair := range strings.SplitSeq(s, ";") {
		name, form, ok := strings.Cut(strings.TrimSpace(pair), "=")
		switch {
		case strings.TrimSpace(pair) == "":
			continue
		case !ok || strings.HasPrefix(name, "-"):
			return nil, fmt.Errorf("-flags takes name=form, as in 'appendonly=--aof {value}'; what is %q?", strings.TrimSpace(pair))
		}
		m[strings.TrimSpace(name)] = strings.TrimSpace(form)
	}
	return m, nil
}

// isTerminal reports whether colours are seen, and wanted.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// chapterNumber reads what names a chapter, as 2, 02 or ch02-resp-eventloop; "" is the last one.
func chapterNumber(s string) (int, error) {
	root, err := chapters.Root()
	if err != nil {
		return 0, err
	}
	list, err := chapters.List(root)
	if err != nil || s == "" {
		return len(list), err
	}
	c, err := chapters.Parse(list, s)
	return c.Number, err
}
