// grade.go: a server of anybody, stage by stage, up to the first that fails.

package conformance

import (
	"fmt"
	"io"
	"strings"
	"time"

	"redis-internals/common/chapters"
)

// Grade runs the cases of target.Chapter on the target, stage by stage in the
// order of the chapters they start in, and writes what came out to w: a line a
// lesson, the first failure in full, later ones in a line. It does not go on to
// a stage when one before it has failures. It returns whether all passed.
func Grade(w io.Writer, target *Target, cases []Case) bool {
	g := grader{w: w, target: target}
	for chapter := 1; chapter <= target.Chapter; chapter++ {
		var stage []Case
		for _, c := range cases {
			if c.From == chapter && c.In(target.Chapter) {
				stage = append(stage, c)
			}
		}
		if len(stage) == 0 {
			continue
		}
		g.stage(chapter, stage)
		if g.failed > 0 {
			break
		}
	}
	g.summary()
	return g.failed == 0
}

type grader struct {
	w                       io.Writer
	target                  *Target
	passed, failed, skipped int
	stopped                 string // why grading ended before its end
}

func (g *grader) stage(chapter int, cases []Case) {
	fmt.Fprintf(g.w, "Stage %02d\n", chapter)
	for _, lesson := range chapters.Lessons {
		var here []Case
		for _, c := range cases {
			if c.Lesson == lesson.Title {
				here = append(here, c)
			}
		}
		if len(here) > 0 && g.stopped == "" {
			g.lesson(lesson.Title, here)
		}
	}
	if g.failed > 0 && chapter < g.target.Chapter && g.stopped == "" {
		g.stopped = fmt.Sprintf("Stage %02d has failures: the stages after it wait until it passes.", chapter)
	}
}

func (g *grader) lesson(title string, cases []Case) {
	passed, failed := 0, 0
	skipped := reasons{}
	for _, c := range cases {
		r := Run(g.target, c)
		switch r.Status {
		case Passed:
			passed++
		case Skipped:
			g.skipped++
			skipped.add(r.Report, c.Name)
		case Failed:
			failed++
			g.failure(r, g.failed+failed == 1)
		}
		if g.stopped != "" {
			break
		}
	}
	g.passed, g.failed = g.passed+passed, g.failed+failed
	mark := "ok  "
	if failed > 0 {
		mark = "FAIL"
	}
	fmt.Fprintf(g.w, "  %s  %-40s %d of %d passed\n", mark, title, passed, passed+failed)
	for _, reason := range skipped.order {
		fmt.Fprintf(g.w, "        skipped (%s): %s\n", reason, strings.Join(skipped.names[reason], "; "))
	}
}

// failure shows a failure at once: in full if it is the first, in a line
// otherwise. After the first, waits are short, so that a server which answers
// nothing at all is soon told so.
func (g *grader) failure(r Result, inFull bool) {
	if inFull {
		fmt.Fprintf(g.w, "\n  FAIL: %s\n\n%s\n", r.Case.Name, indent(r.Report, "    "))
	} else {
		fmt.Fprintf(g.w, "  FAIL: %s: %s\n", r.Case.Name, Gist(r.Report))
	}
	g.target.Patience = min(g.target.patience(), time.Second/2)
	if err := g.target.reachable(); err != nil {
		g.stopped = fmt.Sprintf("The server is gone: %v. Nothing more can be asked.", err)
	}
}

// reasons groups cases by why they were skipped, in order of appearance.
type reasons struct {
	order []string
	names map[string][]string
}

func (r *reasons) add(reason, name string) {
	if r.names == nil {
		r.names = map[string][]string{}
	}
	if r.names[reason] == nil {
		r.order = append(r.order, reason)
	}
	r.names[reason] = append(r.names[reason], name)
}

func (g *grader) summary() {
	if g.stopped != "" {
		fmt.Fprintln(g.w, g.stopped)
	}
	fmt.Fprintf(g.w, "%s: %d passed, %d failed, %d skipped\n", g.target.Name, g.passed, g.failed, g.skipped)
}

// Gist is what a report says in a line: where bytes first differ, or else its
// beginning.
func Gist(report string) string {
	for line := range strings.Lines(report) {
		if mark, ok := strings.CutPrefix(strings.TrimSpace(line), "^ "); ok {
			return mark
		}
	}
	gist := strings.Join(strings.Fields(report), " ")
	gist = strings.TrimPrefix(gist, "Error: ")
	if len(gist) > 160 {
		gist = gist[:160] + "..."
	}
	return gist
}

func indent(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(by + line)
	}
	return b.String()
}
