// matrix.go: every case on every target, as a table.

package conformance

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"redis-internals/common/chapters"
	"redis-internals/common/terminal"
)

// MatrixOptions is how a matrix is made and shown.
type MatrixOptions struct {
	Colour   bool
	Progress *terminal.Progress
	Beside   int // how many cases of a target run at a time; 1 if 0
}

// Matrix runs the cases on every target, those of one target beside those of the others, and
// writes a table to w: a row a case, a column a target. Below it stand the failures, and the
// reasons of what was skipped. It returns whether nothing failed.
func Matrix(w io.Writer, targets []*Target, cases []Case, o MatrixOptions) bool {
	m := matrix{MatrixOptions: o, w: w, targets: targets, cases: cases, results: make([][]*Result, len(cases))}
	for i := range m.results {
		m.results[i] = make([]*Result, len(targets))
	}
	m.run()
	m.table()
	return m.lists()
}

type matrix struct {
	MatrixOptions
	w       io.Writer
	targets []*Target
	cases   []Case
	results [][]*Result // by case and target; nil where the case is not one of the target's
}

// run fills the results. Cases that want the machine to themselves come last, one after
// another, and then once more what has failed: a server that was slow for a moment has not.
func (m *matrix) run() {
	total, ended := 0, atomic.Int64{}
	for _, c := range m.cases {
		for _, t := range m.targets {
			if c.For(t) {
				total++
			}
		}
	}
	run := func(i, j int) {
		r := Run(m.targets[j], m.cases[i])
		m.results[i][j] = &r
		m.Progress.Show("matrix: %d of %d", ended.Add(1), total)
	}
	var running sync.WaitGroup
	for j, t := range m.targets {
		places := make(chan int)
		beside := max(1, m.Beside)
		if t.OneAtATime() {
			beside = 1
		}
		for range beside {
			running.Go(func() {
				for i := range places {
					run(i, j)
				}
			})
		}
		running.Go(func() {
			defer close(places)
			for i, c := range m.cases {
				if c.For(t) && !c.Alone {
					places <- i
				}
			}
		})
	}
	running.Wait()
	for i, c := range m.cases {
		for j, t := range m.targets {
			if c.For(t) && c.Alone {
				run(i, j)
			}
		}
	}
	for i, c := range m.cases {
		for j, t := range m.targets {
			if r := m.results[i][j]; r != nil && r.Status == Failed {
				m.Progress.Show("matrix: %s once more: %s", t.Name, c.Name)
				again := Run(t, c)
				m.results[i][j] = &again
			}
		}
	}
	m.Progress.Clear()
}

// cell is how an end of a case is written.
var cell = map[Status]string{Passed: "ok", Failed: "NO", Skipped: " s"}

const cellWidth = 3 // two characters and a space

// table writes rows and columns. A name that has no room goes on in a row of its own.
func (m *matrix) table() {
	width := terminal.Columns - len(m.targets)*cellWidth
	heads := ""
	for _, t := range m.targets {
		name := strings.TrimPrefix(t.Name, "ch")
		heads += " " + name[:min(len(name), cellWidth-1)]
	}
	fmt.Fprintf(m.w, "%-*s%s\n", width, "ok passed, NO failed, s skipped, - not of the chapter", heads)
	for _, lesson := range chapters.Lessons {
		titled := false
		for i, c := range m.cases {
			if c.Lesson != lesson.Title {
				continue
			}
			if !titled {
				fmt.Fprintf(m.w, "\n%02d %s\n", lesson.Chapter, lesson.Title)
				titled = true
			}
			names := strings.Split(terminal.Wrap(c.Name, "  ", width), "\n")
			fmt.Fprintf(m.w, "%-*s%s\n", width, names[0], m.row(i))
			for _, more := range names[1:] {
				fmt.Fprintln(m.w, "  "+more)
			}
		}
	}
}

func (m *matrix) row(i int) (row string) {
	for _, r := range m.results[i] {
		switch {
		case r == nil:
			row += "  -"
		case r.Status == Failed && m.Colour:
			row += " " + red + cell[Failed] + plain
		default:
			row += " " + cell[r.Status]
		}
	}
	return row
}

// lists writes what failed, by name, and why what was skipped was, with how many.
func (m *matrix) lists() (passed bool) {
	skipped, count := []string{}, map[string]int{}
	var failures []string
	for j, t := range m.targets {
		for i, c := range m.cases {
			switch r := m.results[i][j]; {
			case r == nil:
			case r.Status == Failed:
				failures = append(failures, fmt.Sprintf("%s: %s: %s", t.Name, c.Name, Gist(r.Report)))
			case r.Status == Skipped:
				line := t.Name + ": " + r.Report
				if count[line] == 0 {
					skipped = append(skipped, line)
				}
				count[line]++
			}
		}
	}
	for i, line := range skipped {
		if count[line] > 1 {
			skipped[i] += fmt.Sprintf(" (%d cases)", count[line])
		}
	}
	writeList(m.w, "skipped:", skipped)
	writeList(m.w, "failed:", failures)
	return len(failures) == 0
}

func writeList(w io.Writer, title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s\n", title)
	}
	for _, line := range lines {
		fmt.Fprintln(w, terminal.Wrap(line, "  ", terminal.Columns))
	}
}
