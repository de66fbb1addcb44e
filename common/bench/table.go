// table.go: the report, for people.

package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// full is the part of the time from which on we call somebody busy all the time.
const full = 0.95

// Table is the report as text.
func (r *Report) Table() string {
	w := &strings.Builder{}
	fmt.Fprintln(w, r.headline())
	for _, note := range r.Notes {
		fmt.Fprintln(w, "note: "+note)
	}
	lines := r.Lines()
	switch {
	case r.Settings.Mode == modeMemory:
		w.WriteString(r.memoryTable())
	case r.Settings.Mode == modeTail:
		w.WriteString(tailTable(lines))
	case r.Settings.Mode == modeEvicting:
		w.WriteString(evictingTable(lines))
	case r.Settings.Mode == modeAllocators:
		w.WriteString(r.allocatorTable(lines))
	case len(r.Loads) > 0:
		w.WriteString(r.loadTable())
	case slices.ContainsFunc(lines, func(l Line) bool { return l.Rewrite }):
		w.WriteString(rewriteTable(lines))
	default:
		r.rowTables(w, lines)
	}
	return w.String()
}

// rowTables are those of an ordinary run.
func (r *Report) rowTables(w *strings.Builder, lines []Line) {
	var idles []int
	for _, l := range lines {
		if len(idles) == 0 || l.Idle != idles[len(idles)-1] {
			idles = append(idles, l.Idle)
		}
	}
	for _, idle := range idles {
		var part []Line
		for _, l := range lines {
			if l.Idle == idle {
				part = append(part, l)
			}
		}
		if len(idles) > 1 {
			fmt.Fprintf(w, "\n== with %s idle connections ==\n", thousands(float64(idle)))
		}
		fmt.Fprintf(w, "\n%s\n%s", rateGrid(part), latencyGrid(part))
	}
	if covered, costs := r.IdleCosts(); len(costs) > 0 {
		fmt.Fprintf(w, "\n== what %s idle connections cost: with / without ==\n\n%s",
			thousands(float64(r.Settings.Idle)), idleGrid(covered, costs))
	}
	w.WriteString("\n" + legend(lines))
}

func (r *Report) headline() string {
	s, m := r.Settings, r.Machine
	text := r.Server
	switch {
	case s.Beside != "" && m.Redis != "":
		text += " beside " + s.Beside + " and redis-server " + m.Redis
	case s.Beside != "":
		text += " beside " + s.Beside
	case m.Redis != "":
		text += " beside redis-server " + m.Redis
	}
	rounds := several(s.Rounds, "round")
	switch {
	case s.Loading > 0:
		text += fmt.Sprintf(": loading %s commands, %s", thousands(float64(s.Loading)), rounds)
	case s.Mode == modeMemory:
		text += ": memory, " + rounds
	case s.Mode == modeEvicting:
		text += fmt.Sprintf(": evicting, %s, %d in the pipeline, %s", several(s.Clients, "client"), s.Pipeline[0], rounds)
	case s.Mode != "":
		text += fmt.Sprintf(": %s, %d in the pipeline, %s of %v", several(s.Clients, "client"), s.Pipeline[0], rounds, s.Measure)
	default:
		text += fmt.Sprintf(": %s, %s of %v", several(s.Clients, "client"), rounds, s.Measure)
	}
	if s.Mode != "" || s.Loading > 0 || slices.ContainsFunc(s.Commands, hasKeys) {
		text += fmt.Sprintf(", %s keys, values of %d bytes", thousands(float64(s.Keys)), s.Size)
	}
	if s.Fsync != "" {
		text += ", appendfsync " + s.Fsync
	}
	text += fmt.Sprintf("\n%s, %d cores", m.CPU, m.Cores)
	if m.ServerCore != nil {
		text += fmt.Sprintf("; servers on core %d, generator on core %d", *m.ServerCore, *m.GeneratorCore)
	}
	return text + "; Linux " + m.Kernel + ", " + m.Go
}

// hasKeys says whether a row's commands name keys.
func hasKeys(row string) bool { return row != "ping" && row != "ping_inline" && row != "echo_bytes" }

func rateGrid(lines []Line) *grid {
	g := &grid{columns: []column{{"", "command"}, {"", "pipeline"}}}
	for _, group := range []string{"requests per second", "server CPU per request, µs"} {
		for _, s := range lines[0].Sides {
			g.columns = append(g.columns, column{group, s.Name})
		}
		g.columns = append(g.columns, ratioColumns(group, lines[0].names())...)
	}
	for _, l := range lines {
		row := []string{l.Command, strconv.Itoa(l.Pipeline)}
		for _, s := range l.Sides {
			row = append(row, thousands(s.PerSecond.Median))
		}
		for _, r := range l.Ratios {
			row = append(row, spreadCells(r.Throughput)...)
		}
		for _, s := range l.Sides {
			row = append(row, number(s.CPU.Median, 3))
		}
		for _, r := range l.Ratios {
			row = append(row, spreadCells(r.CPU)...)
		}
		g.row(row...)
	}
	return g
}

// names are the servers of a line, in order.
func (l Line) names() (names []string) {
	for _, s := range l.Sides {
		names = append(names, s.Name)
	}
	return names
}

// ratioColumns are those of the first server's ratios to each of the others.
func ratioColumns(group string, names []string) (columns []column) {
	for _, name := range names[1:] {
		title := "to " + name
		if len(names) == 2 {
			title = "ratio"
		}
		columns = append(columns, column{group, title}, column{group, "(min..max)"})
	}
	return columns
}

// ratioLegend says what these columns are, and which ratios are good ones.
func ratioLegend(names []string, good string) string {
	switch len(names) {
	case 1:
		return ""
	case 2:
		return fmt.Sprintf("ratio: %s / %s, the median of the rounds' ratios. %s.\n", names[0], names[1], good)
	}
	return fmt.Sprintf("to: %s / the other, the median of the rounds' ratios. %s.\n", names[0], good)
}

func latencyGrid(lines []Line) *grid {
	g := &grid{columns: []column{{"", "command"}, {"", "pipeline"}}}
	for _, group := range []string{"p50, µs", "p99, µs", "server busy, %", "generator busy, %"} {
		for _, s := range lines[0].Sides {
			g.columns = append(g.columns, column{group, s.Name})
		}
	}
	for _, l := range lines {
		row := []string{l.Command, strconv.Itoa(l.Pipeline)}
		for _, s := range l.Sides {
			row = append(row, number(s.P50.Median, 0))
		}
		for _, s := range l.Sides {
			row = append(row, number(s.P99.Median, 0))
		}
		for _, s := range l.Sides {
			row = append(row, number(100*s.Busy.Median, 0))
		}
		for _, s := range l.Sides {
			mark := "   "
			if s.generatorBound() {
				mark = "[1]"
			}
			row = append(row, number(100*s.OwnBusy.Median, 0)+mark)
		}
		g.row(row...)
	}
	return g
}

// generatorBound: the generator had no time left, and the server had, or may
// have had where nothing is known of it.
func (s Side) generatorBound() bool {
	return s.OwnBusy.Median >= full && !(s.Busy.Median >= full)
}

func idleGrid(lines []Line, costs [][]IdleCost) *grid {
	g := &grid{columns: []column{{"", "command"}, {"", "pipeline"}}}
	for _, c := range costs[0] {
		for _, what := range []string{" throughput", " CPU per request"} {
			g.columns = append(g.columns, column{c.Name + what, "ratio"}, column{c.Name + what, "(min..max)"})
		}
	}
	for i, l := range lines {
		row := []string{l.Command, strconv.Itoa(l.Pipeline)}
		for _, c := range costs[i] {
			row = append(append(row, spreadCells(c.Throughput)...), spreadCells(c.CPU)...)
		}
		g.row(row...)
	}
	return g
}

const latencyLegend = "Latencies: from sending a batch to its last reply, in a closed loop: a slow server is asked less often.\n"

func legend(lines []Line) string {
	var b strings.Builder
	if len(lines) > 0 {
		b.WriteString(ratioLegend(lines[0].names(), "Requests: above 1 is better; CPU: below 1 is"))
	}
	b.WriteString(latencyLegend)
	for _, l := range lines {
		for _, s := range l.Sides {
			if s.generatorBound() {
				return b.String() + "[1] the generator was the bottleneck: the server could have served more. Its CPU per request still holds.\n"
			}
		}
	}
	return b.String()
}

func spreadCells(s Spread) []string {
	if math.IsNaN(s.Median) {
		return []string{"-", ""}
	}
	return []string{number(s.Median, 2), fmt.Sprintf("(%.2f..%.2f)", s.Min, s.Max)}
}

// several counts things: "1 client", "50 clients".
func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// number formats a figure, or "-" where it is none.
func number(f float64, decimals int) string {
	if math.IsNaN(f) {
		return "-"
	}
	return strconv.FormatFloat(f, 'f', decimals, 64)
}

// thousands formats a figure without decimals: 1,234,567.
func thousands(f float64) string {
	s := number(f, 0)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
