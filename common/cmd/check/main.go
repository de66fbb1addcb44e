// Check grades a server, in any language, by the chapters' stages.
//
//	check -addr 127.0.0.1:6379 -upto 02
//
// It prints a line a lesson; the first failure in full: what was sent, what was
// expected, what came. Exit codes: 0 all passed, 1 something failed, 2 there was
// nothing to grade: no server on that address, or a wrong flag.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	addr, upto, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if err == nil {
		conformance.RaiseFileLimit()
		var target *conformance.Target
		if target, err = conformance.AddressTarget(addr, upto); err == nil {
			if conformance.Grade(stdout, target, cases.All()) {
				return 0
			}
			return 1
		}
	}
	fmt.Fprintln(stderr, "check:", err)
	return 2
}

const usage = `usage: check [-addr HOST:PORT] [-upto CHAPTER]

  -addr HOST:PORT   the server to grade (127.0.0.1:6379)
  -upto CHAPTER     the last stage it claims to be, such as 02; all if not given
`

func parse(args []string) (addr string, upto int, err error) {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&addr, "addr", "127.0.0.1:6379", "")
	chapter := flags.String("upto", "", "")
	if err := flags.Parse(args); err != nil {
		return "", 0, err
	}
	if flags.NArg() > 0 {
		return "", 0, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	upto, err = chapterNumber(*chapter)
	return addr, upto, err
}

// chapterNumber reads 2, 02 or ch02; "" is the last chapter.
func chapterNumber(s string) (int, error) {
	last := chapters.Lessons[len(chapters.Lessons)-1].Chapter
	if s == "" {
		return last, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(s, "ch"))
	if err != nil || n < 1 || n > last {
		return 0, fmt.Errorf("no chapter %q; there are 01 to %02d", s, last)
	}
	return n, nil
}
