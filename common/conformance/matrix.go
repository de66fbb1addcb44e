// matrix.go: every case on every target, as a table.

package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"redis-internals/common/chapters"
)

// Matrix runs the cases on every target and writes a table to w: a row a case,
// a column a target. A cell says ok, FAIL, skip, or - where the case is not one
// of the target's chapter. Below it stand the failures and the reasons of what
// was skipped. It returns whether nothing failed.
func Matrix(w io.Writer, targets []*Target, cases []Case) bool {
	width := 0
	for _, c := range cases {
		width = max(width, len(c.Name))
	}
	fmt.Fprintf(w, "%-*s", width+4, "")
	for _, t := range targets {
		fmt.Fprintf(w, "%-7s", t.Name)
	}
	fmt.Fprintln(w)
	var failures, reasons []string
	for _, lesson := range chapters.Lessons {
		titled := false
		for _, c := range cases {
			if c.Lesson != lesson.Title {
				continue
			}
			if !titled {
				fmt.Fprintf(w, "\n%02d %s\n", lesson.Chapter, lesson.Title)
				titled = true
			}
			fmt.Fprintf(w, "  %-*s", width+2, c.Name)
			for _, t := range targets {
				if !c.For(t) {
					fmt.Fprintf(w, "%-7s", "-")
					continue
				}
				r := Run(t, c)
				switch r.Status {
				case Passed:
					fmt.Fprintf(w, "%-7s", "ok")
				case Skipped:
					fmt.Fprintf(w, "%-7s", "skip")
					reasons = append(reasons, fmt.Sprintf("  %s: %s", t.Name, r.Report))
				case Failed:
					fmt.Fprintf(w, "%-7s", "FAIL")
					failures = append(failures, fmt.Sprintf("  %s: %s: %s", t.Name, c.Name, Gist(r.Report)))
				}
			}
			fmt.Fprintln(w)
		}
	}
	writeList(w, "skip:", reasons)
	writeList(w, "FAIL:", failures)
	return len(failures) == 0
}

func writeList(w io.Writer, title string, lines []string) {
	if len(lines) > 0 {
		slices.Sort(lines)
		fmt.Fprintf(w, "\n%s\n%s\n", title, strings.Join(slices.Compact(lines), "\n"))
	}
}
