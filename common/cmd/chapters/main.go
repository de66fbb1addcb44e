// Command chapters compares the stages of this repository and keeps them in
// line. The Makefile's diff, drift and carry stand on it.
//
//	chapters list
//	chapters diff -ch 02 [-from 01] [-file PATH] [-tests] [-all] [-html OUT]
//	chapters drift
//	chapters carry -from 02 [-base REVISION] [-byhand CHAPTER/PATH,...]
//
// Exit codes: 0 done, 1 it found something or failed, 2 wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"redis-internals/common/chapters"
	"redis-internals/common/museum"
)

const usage = `usage: chapters list
       chapters diff -ch 02 [-from 01] [-file PATH] [-tests] [-all] [-html OUT]
       chapters drift
       chapters carry -from 02 [-base REVISION] [-byhand CHAPTER/PATH,...]
`

// errFound ends a verb that has printed what it found.
var errFound = errors.New("found something")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	err := dispatch(args, stdout, stderr)
	var wrong chapters.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case errors.Is(err, errFound):
		return 1
	}
	fmt.Fprintln(stderr, "chapters:", err)
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

func dispatch(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return usageError("no verb; there are: list diff drift carry")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var verb func(root string, list []chapters.Chapter) error
	switch args[0] {
	case "list":
		verb = func(_ string, list []chapters.Chapter) error { return printList(list, stdout) }
	case "diff":
		ch := flags.String("ch", "", "the chapter")
		from := flags.String("from", "", "the earlier one; the one before it if not given")
		file := flags.String("file", "", "a file or directory in the chapter")
		tests := flags.Bool("tests", false, "tests too")
		all := flags.Bool("all", false, "new files whole")
		html := flags.String("html", "", "write a page for a browser to this file")
		verb = func(_ string, list []chapters.Chapter) error {
			d, err := compare(list, *ch, *from, *file)
			switch {
			case err != nil:
				return err
			case *html != "":
				return writePage(d, *html, stdout)
			}
			return diff(d, chapters.Shown{Tests: *tests, All: *all}, stdout)
		}
	case "drift":
		verb = func(root string, list []chapters.Chapter) error { return drift(root, len(list), stdout) }
	case "carry":
		from := flags.String("from", "", "the chapter that was changed")
		base := flags.String("base", "", "the commit to compare it with; HEAD if not given")
		byHand := flags.String("byhand", "", "files whose conflicts are settled")
		verb = func(root string, list []chapters.Chapter) error {
			return carry(root, list, *from, *base, *byHand, stdout, stderr)
		}
	case "-h", "-help", "--help", "help":
		return flag.ErrHelp
	default:
		return usageError("no verb %q; there are: list diff drift carry", args[0])
	}
	if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return usageError("%s: %v; %s", args[0], err, takes(flags))
	}
	if flags.NArg() > 0 {
		return usageError("%s: what is %q? %s", args[0], flags.Arg(0), takes(flags))
	}
	root, err := chapters.Root()
	if err != nil {
		return err
	}
	list, err := chapters.List(root)
	if err != nil {
		return err
	}
	return verb(root, list)
}

func usageError(format string, args ...any) error {
	return chapters.UsageError(fmt.Sprintf(format, args...))
}

// takes says in a few words which flags a verb has.
func takes(flags *flag.FlagSet) string {
	var names []string
	flags.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	if len(names) == 0 {
		return "it takes no flags"
	}
	return "it takes " + strings.Join(names, " ")
}

func printList(list []chapters.Chapter, stdout io.Writer) error {
	for _, c := range list {
		name := c.Name
		for _, l := range chapters.Lessons {
			if l.Chapter == c.Number {
				fmt.Fprintf(stdout, "%-22s %s\n", name, l.Title)
				name = ""
			}
		}
	}
	return nil
}

// compare compares the chapters that the flags of diff name.
func compare(list []chapters.Chapter, ch, from, file string) (d chapters.Diff, err error) {
	if ch == "" {
		return d, usageError("diff: which chapter? -ch 02, or with make: CH=02")
	}
	to, err := chapters.Parse(list, ch)
	if err != nil {
		return d, usageError("diff: %v", err)
	}
	if to.Number == 1 && from == "" {
		return d, fmt.Errorf("diff: %s is the first chapter, there is nothing before it", to.Name)
	}
	older := list[max(0, to.Number-2)]
	if from != "" {
		if older, err = chapters.Parse(list, from); err != nil {
			return d, usageError("diff: %v", err)
		}
	}
	switch {
	case older.Number > to.Number:
		return d, usageError("diff: %s is not before %s: swap them, -ch %02d -from %02d, or with make: CH=%02d FROM=%02d",
			older.Name, to.Name, older.Number, to.Number, older.Number, to.Number)
	case older.Number == to.Number:
		return d, usageError("diff: %s is not before itself; -from takes an earlier chapter, with make: FROM=%02d", to.Name, max(1, to.Number-1))
	}
	return chapters.Compare(older, to, file)
}

// writePage writes the page for a browser.
func writePage(d chapters.Diff, name string, stdout io.Writer) error {
	page, err := d.Page()
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, page, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %s, to be opened in a browser\n", name, d.Summary())
	return nil
}

// diff prints the overview, and then the lines.
func diff(d chapters.Diff, shown chapters.Shown, stdout io.Writer) error {
	pager := pagerFor(stdout)
	text, err := d.Text(shown, pager != "")
	if err != nil {
		return err
	}
	return page(pager, append([]byte(d.Overview(shown)+"\n"), text...), stdout)
}

func drift(root string, n int, stdout io.Writer) error {
	found, err := chapters.Drift(root)
	if err != nil {
		return err
	}
	faults, exhibits, err := museum.Faults(root)
	if err != nil {
		return err
	}
	if len(found)+len(faults) == 0 {
		fmt.Fprintf(stdout, "drift: none in %d chapters and %d exhibits\n", n, exhibits)
		return nil
	}
	for _, f := range found {
		fmt.Fprintln(stdout, f)
	}
	for _, f := range faults {
		fmt.Fprintln(stdout, f)
	}
	return errFound
}

func carry(root string, list []chapters.Chapter, from, base, byHand string, stdout, stderr io.Writer) error {
	if from == "" {
		return usageError("carry: from which chapter? -from 02, or with make: FROM=02")
	}
	c, err := chapters.Parse(list, from)
	if err != nil {
		return usageError("carry: %v", err)
	}
	if c.Number == len(list) {
		fmt.Fprintf(stdout, "no later chapter than %s\n", c.Name)
		return nil
	}
	r, err := chapters.Carry(root, c, base, strings.FieldsFunc(byHand, func(r rune) bool { return r == ',' || r == ' ' })...)
	for _, lines := range [][]string{r.Written, r.Notes} {
		for _, line := range lines {
			fmt.Fprintln(stdout, line)
		}
	}
	if err != nil {
		return err
	}
	if len(r.Conflicts) > 0 {
		for _, c := range r.Conflicts {
			fmt.Fprintln(stdout, c)
		}
		fmt.Fprintf(stderr, "chapters: nothing was written. If a file carried by hand still stops the merge, name it: -byhand %s\n", r.Conflicts[0].Path)
		return errFound
	}
	if len(r.Written) == 0 {
		fmt.Fprintln(stdout, "nothing to carry")
	}
	return nil
}
