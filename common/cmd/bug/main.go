// Bug shows the museum: mistakes that people make when they write a Redis.
//
//	bug -list        the hall
//	bug -n 07        one exhibit: its story and patch, a question, what really happens
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
	"os/signal"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
)

func main() {
	// An interrupt leaves nothing behind, and the terminal as it was.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	go func() {
		<-interrupts
		fmt.Fprintln(os.Stdout)
		harness.RemoveBuilds()
		os.Exit(130)
	}()
	code := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

const usage = `usage: bug [-n 07 | -list | -record 07]

  -n 07        play an exhibit: by its number or its name
  -list        all exhibits
  -record 07   write what real servers answer into the exhibit's README
`

// errUsage is what was asked for in a way that cannot be understood.
type errUsage struct{ error }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := dispatch(args, stdin, stdout)
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

func dispatch(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("bug", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	number := flags.String("n", "", "")
	list := flags.Bool("list", false, "")
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
	if err != nil && *recorded == "" { // who writes one may be the reason
		return err
	}
	switch {
	case *recorded != "":
		if recordErr := record(m, *recorded, stdout); recordErr != nil {
			return errors.Join(recordErr, err)
		}
		return nil
	case *list:
		marks, err := readMarks()
		if err != nil {
			return err
		}
		hall(m, marks, stdout)
		return nil
	case *number == "":
		return errUsage{errors.New("which one? -n 07, or with make: N=07; make bugs lists them")}
	}
	x, err := m.Find(*number)
	if err != nil {
		return errUsage{err}
	}
	conformance.RaiseFileLimit()
	return newPlayer(m, x, stdin, stdout).play()
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
