// Bug shows the museum: mistakes that people make when they write a Redis.
//
//	bug -record 07   asks real servers, and writes into the exhibit's README which cases
//	                 of the core tier fail by it, how, and what the three answers are
//
// Exit codes: 0 done, 1 something does not work as an exhibit says, 2 wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
)

func main() {
	code := run(os.Args[1:], os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

const usage = `usage: bug -record 07

  -record 07   write what real servers answer into the exhibit's README
`

// errUsage is what was asked for in a way that cannot be understood.
type errUsage struct{ error }

func run(args []string, stdout, stderr io.Writer) int {
	err := dispatch(args, stdout)
	var wrong errUsage
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	}
	fmt.Fprintln(stderr, "bug:", err)
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

func dispatch(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bug", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	recorded := flags.String("record", "", "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage{err}
	}
	if flags.NArg() > 0 {
		return errUsage{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	}
	root, err := chapters.Root()
	if err != nil {
		return err
	}
	m, err := museum.Open(root)
	if recordErr := record(m, *recorded, stdout); recordErr != nil {
		return errors.Join(recordErr, err) // who writes an exhibit may not have ended
	}
	return nil
}

// record writes an exhibit's README anew.
func record(m museum.Museum, s string, stdout io.Writer) error {
	x, err := m.Find(s)
	if err != nil {
		return errUsage{err}
	}
	conformance.RaiseFileLimit()
	remarks, err := judge.Record(m, &x)
	if err != nil {
		return err
	}
	if err := x.Write(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d core cases fail\n", x.Folder(), len(x.Core))
	for _, remark := range remarks {
		fmt.Fprintln(stdout, remark)
	}
	return nil
}
