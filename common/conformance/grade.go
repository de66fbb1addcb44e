// grade.go: a server of anybody, stage by stage, in two tiers.
//
//	core of stage 1, 2, ...  in their order ── one fails ──▶ the stage's report, and the end
//	     │ all pass
//	     ▼
//	full tier of stage 1, 2, ...  counted, and folded
//
// What fails in the core tier is to be mended first: it is told in full, with what was meant
// and a likely cause. What fails in the full tier hides nothing behind it. Whatever fails is
// tried once more, alone: a server that was slow for a moment has not failed.

package conformance

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"redis-internals/common/chapters"
	"redis-internals/common/terminal"
)

// How long one wait may last in each tier. A core case asks for little, and its verdict is
// waited for.
const (
	corePatience = 800 * time.Millisecond
	fullPatience = 2 * time.Second
	beside       = 8                // cases of the full tier at a time
	retryTime    = 30 * time.Second // in which failures of a stage's full tier are tried again
)

// Grading is how a server is graded.
type Grading struct {
	Cases    []Case
	Exhibits []Exhibit // causes to look among
	Verbose  bool      // failures of the full tier, and what was not asked, by name
	Columns  int       // of the terminal; 80 if 0
	Colour   bool
}

// Grade grades the target up to its chapter, writes what came out, and reports whether all
// that was asked passed.
func (o Grading) Grade(w io.Writer, target *Target) bool {
	o.Columns = cmp.Or(o.Columns, 80)
	g := grader{Grading: o, w: w, target: target}
	if target.Patience == 0 {
		g.core.patience, g.full.patience = corePatience, fullPatience
	} else {
		g.core.patience, g.full.patience = target.Patience, target.Patience
	}
	if why := target.Probe(); why != "" {
		died := target.DeathReport()
		if died != "" {
			why = "the first client that said PING has ended it."
		}
		for line := range strings.Lines(target.Name + ": " + why) {
			g.print("%s\n", g.wrapped(line, ""))
		}
		if died != "" {
			g.print("%s\n", g.folded(strings.TrimPrefix(died, "\n"), "    "))
		}
		return false
	}
	defer target.sweep()
	stages := o.stages(target)
	for _, st := range stages {
		if g.coreOf(st); g.core.failed > 0 {
			break
		}
	}
	if g.core.failed == 0 {
		for _, st := range stages {
			g.fullOf(st)
		}
	}
	g.summary()
	return g.core.failed+g.full.failed == 0
}

// stage is what of the cases starts in one chapter.
type stage struct {
	chapter    int
	core, full []Case
	skipped    []Result // of core
}

// stages are those up to the target's chapter.
func (o Grading) stages(target *Target) (stages []*stage) {
	for chapter := 1; chapter <= target.Chapter; chapter++ {
		st := &stage{chapter: chapter}
		for _, c := range o.Cases {
			switch {
			case c.From != chapter || !c.In(target.Chapter):
			case c.Core:
				st.core = append(st.core, c)
			default:
				st.full = append(st.full, c)
			}
		}
		if len(st.core)+len(st.full) > 0 {
			stages = append(stages, st)
		}
	}
	return stages
}

// tier counts.
type tier struct {
	patience                time.Duration
	passed, failed, skipped int
}

func (t *tier) count(results []Result) (failed []Result) {
	for _, r := range results {
		switch r.Status {
		case Passed:
			t.passed++
		case Skipped:
			t.skipped++
		case Failed:
			t.failed++
			failed = append(failed, r)
		}
	}
	return failed
}

func (t *tier) String() string {
	s := fmt.Sprintf("%d of %d", t.passed, t.passed+t.failed)
	if t.skipped > 0 {
		s += fmt.Sprintf(", %d not asked", t.skipped)
	}
	return s
}

type grader struct {
	Grading
	w          io.Writer
	target     *Target
	core, full tier
	asked      []Result // of the core tier
	stopped    int      // the stage at which it ended
}

func (g *grader) print(format string, args ...any) { fmt.Fprintf(g.w, format, args...) }

// coreOf grades the core tier of a stage, in its order, and tells what fails.
func (g *grader) coreOf(st *stage) {
	if len(st.core) == 0 {
		return
	}
	g.print("Stage %02d  ", st.chapter)
	g.target.Patience = g.core.patience
	var here tier
	var results, failed []Result
	for _, c := range st.core {
		r := g.once(c)
		results = append(results, r)
		switch r.Status {
		case Skipped:
			st.skipped = append(st.skipped, r)
		case Failed:
			if failed = append(failed, r); len(failed) == 1 {
				g.firstFailure(r)
			}
		}
	}
	here.count(results)
	g.core.count(results)
	g.asked = append(g.asked, results...)
	if len(failed) > 0 {
		g.otherFailures(failed)
		g.likelyCause(g.asked)
		g.stopped = st.chapter
		return
	}
	g.print("%s\n", g.coloured(green, "core "+here.String()))
}

// fullOf grades the full tier of a stage, and counts.
func (g *grader) fullOf(st *stage) {
	if len(st.full) == 0 && len(st.skipped) == 0 {
		return
	}
	g.print("Stage %02d  ", st.chapter)
	g.target.Patience = g.full.patience
	var here tier
	results := g.all(st.full)
	failed := here.count(results)
	g.full.count(results)
	g.print("full %s\n", here.String())
	g.fullFailures(failed)
	g.notAsked(append(results, st.skipped...))
}

// once runs a case, on a server that lives, and once more if it fails.
func (g *grader) once(c Case) Result {
	r := RunLiving(g.target, c)
	if r.Status != Failed || g.target.Ended() {
		return r
	}
	if again := Run(g.target, c); again.Status != Failed {
		return again
	}
	return r
}

// all runs the cases of a full tier beside each other; those that want to be alone, and those
// that failed, one after another.
func (g *grader) all(cases []Case) []Result {
	results := make([]Result, len(cases))
	var running sync.WaitGroup
	var ended atomic.Int64
	places := make(chan int)
	for range beside {
		running.Go(func() {
			for i := range places {
				results[i] = Run(g.target, cases[i])
				g.progress(int(ended.Add(1)), len(cases))
			}
		})
	}
	for i, c := range cases {
		if !g.alone(c) {
			places <- i
		}
	}
	close(places)
	running.Wait()
	for i, c := range cases {
		if g.alone(c) {
			g.target.revive()
			results[i] = Run(g.target, c)
			g.progress(int(ended.Add(1)), len(cases))
		}
	}
	until := time.Now().Add(retryTime)
	for i, r := range results {
		if r.Status == Failed && time.Now().Before(until) {
			results[i] = g.once(cases[i])
		}
	}
	g.target.revive()
	return results
}

// alone says that no other case may run beside this one: it wants a server of its own, for
// instance, and there is but one.
func (g *grader) alone(c Case) bool {
	return c.Alone || g.target.OneAtATime() || c.own() && g.target.OnlyAddress()
}

// progress shows on a terminal how many cases of a full tier have been run.
func (g *grader) progress(n, of int) {
	if g.Colour {
		count := fmt.Sprintf("full %d/%d ", n, of)
		g.print("%s%s", count, strings.Repeat("\b", len(count)))
	}
}

// firstFailure tells the first core case that fails in full: what was meant, and what
// happened.
func (g *grader) firstFailure(r Result) {
	g.print("\n\n  %s  %s\n%s\n%s\n", g.coloured(red, "FAIL"), r.Case.Name,
		g.wrapped(r.Case.Means, "        "), g.folded(r.Report, "    "))
}

// otherFailures names the others.
func (g *grader) otherFailures(failed []Result) {
	if len(failed) < 2 {
		return
	}
	var names []string
	for _, r := range failed[1:] {
		names = append(names, r.Case.Name)
	}
	more := ""
	if !g.Verbose && len(names) > 6 {
		more = fmt.Sprintf("; and %d more (V=1 names them)", len(names)-6)
		names = names[:6]
	}
	g.print("\n%s\n", g.wrapped("failed, too: "+strings.Join(names, "; ")+more, "  "))
}

// fullFailures counts what failed in the full tier, by lesson.
func (g *grader) fullFailures(failed []Result) {
	for _, lesson := range chapters.Lessons {
		var names []string
		for _, r := range failed {
			if r.Case.Lesson == lesson.Title {
				names = append(names, r.Case.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		g.print("  %s failed: %d\n", lesson.Title, len(names))
		if g.Verbose {
			for _, r := range failed {
				if r.Case.Lesson == lesson.Title {
					g.print("%s\n", g.wrapped(r.Case.Name+": "+Gist(r.Report), "    "))
				}
			}
		}
	}
}

// notAsked says what could not be asked, by lesson.
func (g *grader) notAsked(results []Result) {
	for _, lesson := range chapters.Lessons {
		asked, skipped := 0, 0
		why := reasons{}
		for _, r := range results {
			switch {
			case r.Case.Lesson != lesson.Title:
			case r.Status == Skipped:
				skipped++
				why.add(g.plainly(r.Report), r.Case.Name)
			default:
				asked++
			}
		}
		if skipped == 0 {
			continue
		}
		var parts []string
		for _, reason := range why.order {
			parts = append(parts, fmt.Sprintf("%d %s", len(why.names[reason]), reason))
		}
		g.print("%s\n", g.wrapped(fmt.Sprintf("%s: %d graded, %s", lesson.Title, asked, strings.Join(parts, ", ")), "  "))
		if g.Verbose {
			for _, reason := range why.order {
				g.print("%s\n", g.wrapped(reason+": "+strings.Join(why.names[reason], "; "), "    "))
			}
		}
	}
}

// plainly is why a case was skipped, in words for who grades a server of their own.
func (g *grader) plainly(reason string) string {
	switch {
	case reason == needsFlags:
		return "need FLAGS="
	case strings.HasPrefix(reason, "only this repository's"), strings.HasPrefix(reason, "differs from Redis"), reason == needsBinary && g.target.Launch != nil:
		return "are for this repository's stages"
	case strings.HasPrefix(reason, "needs ") && g.target.Launch == nil:
		return "need CMD="
	case strings.HasSuffix(reason, "is not installed"):
		return "need a program: " + reason
	}
	return "were not asked: " + reason
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
	g.print("\n%s: core %s", g.target.Name, g.core.String())
	if g.full.passed+g.full.failed+g.full.skipped > 0 {
		g.print("; full %s", g.full.String())
	}
	g.print("\n")
	switch {
	case g.stopped > 0:
		g.print("%s\n", g.wrapped(fmt.Sprintf("Mend this first: the rest of stage %02d is asked when its core passes.", g.stopped), ""))
	case g.target.Chapter < len(byChapter()):
		g.print("Go on to chapter %d.\n", g.target.Chapter+1)
	}
}

// byChapter are the numbers of chapters that have lessons.
func byChapter() (numbers []int) {
	for _, l := range chapters.Lessons {
		if !slices.Contains(numbers, l.Chapter) {
			numbers = append(numbers, l.Chapter)
		}
	}
	return numbers
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

// Colours of a terminal.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

func (g *grader) coloured(colour, text string) string {
	if !g.Colour {
		return text
	}
	return colour + text + plain
}

// wrapped breaks text at spaces so that it fits the terminal.
func (g *grader) wrapped(text, indent string) string { return terminal.Wrap(text, indent, g.Columns) }

// folded cuts a report so that it fits the terminal.
func (g *grader) folded(report, indent string) string {
	return Folded(report, indent, g.Columns, g.Verbose)
}
