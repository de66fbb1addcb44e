// grid.go: a table of text with a heading over groups of columns.
//
//	                  requests per second
//	command pipeline    ch02  redis ratio
//	ping           1  101234  98765  1.03

package bench

import (
	"strings"
	"unicode/utf8"
)

// column is one column; neighbours with one group share its heading.
type column struct{ group, title string }

type grid struct {
	columns []column
	rows    [][]string // the first cell left-aligned, the others right
}

func (g *grid) row(cells ...string) { g.rows = append(g.rows, cells) }

// String renders the grid, each line ended by a newline.
func (g *grid) String() string {
	width := make([]int, len(g.columns))
	for i, c := range g.columns {
		width[i] = utf8.RuneCountInString(c.title)
		for _, r := range g.rows {
			width[i] = max(width[i], utf8.RuneCountInString(r[i]))
		}
	}
	var out, titles strings.Builder
	for i := 0; i < len(g.columns); {
		end, span := i, 0
		for end < len(g.columns) && g.columns[end].group == g.columns[i].group {
			span += width[end] + g.gap(end)
			end++
		}
		// The last column of a group grows until its heading fits.
		title := g.columns[i].group
		if lack := utf8.RuneCountInString(title) + g.gap(i) - span; lack > 0 {
			width[end-1] += lack
			span += lack
		}
		titles.WriteString(strings.Repeat(" ", g.gap(i)) + pad(title, g.gap(i)-span))
		i = end
	}
	line := strings.TrimRight(titles.String(), " ")
	if line != "" {
		out.WriteString(line + "\n")
	}
	heads := make([]string, len(g.columns))
	for i, c := range g.columns {
		heads[i] = c.title
	}
	for _, r := range append([][]string{heads}, g.rows...) {
		var b strings.Builder
		for i, text := range r {
			w := width[i]
			if i == 0 {
				w = -w
			}
			b.WriteString(strings.Repeat(" ", g.gap(i)) + pad(text, w))
		}
		out.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	return out.String()
}

// gap is the room before a column: more where a group begins.
func (g *grid) gap(i int) int {
	switch {
	case i == 0:
		return 0
	case g.columns[i].group != g.columns[i-1].group:
		return 4
	default:
		return 2
	}
}

// pad fills s with spaces up to the width: on the left, or on the right where
// the width is negative.
func pad(s string, width int) string {
	if width < 0 {
		return s + strings.Repeat(" ", max(0, -width-utf8.RuneCountInString(s)))
	}
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}
