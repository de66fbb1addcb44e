// help.go: --help, and what to say to somebody who needs it.

package config

import (
	"fmt"
	"strings"
)

// The columns of --help: sentences begin at one, and end before the other.
const (
	helpIndent = 28
	helpWidth  = 80
)

// Help is what --help prints, from the rows.
func Help(program string) string {
	var b strings.Builder
	b.WriteString("usage: " + program + " [redis.conf] [-] [--OPTION VALUE ...] ...\n")
	b.WriteString("\nThe file is read first, then standard input if there is a -, then the options.\n")
	for _, s := range table {
		b.WriteString("\n")
		if s.heading != "" {
			b.WriteString(s.heading + ":\n\n")
		}
		for i := range s.options {
			s.options[i].help(&b)
		}
	}
	return b.String()
}

// help writes an option's lines: its name and values, the sentence, the default.
func (o *option) help(b *strings.Builder) {
	head := fmt.Sprintf("  --%s %s", o.name, o.form)
	if len(head) > helpIndent-2 {
		b.WriteString(head + "\n")
		head = ""
	}
	initial := o.initial
	if initial == "" || strings.Contains(initial, " ") {
		initial = `"` + initial + `"`
	}
	line := fmt.Sprintf("%-*s", helpIndent-1, head)
	for _, word := range strings.Fields(o.about + " (" + initial + ")") {
		if len(line)+1+len(word) >= helpWidth {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", helpIndent-1)
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// noOption is the error for an option that does not exist. It is given as it was
// written, with its hyphens.
func noOption(written string) error {
	name, value, hasValue := strings.Cut(strings.ToLower(strings.TrimLeft(written, "-")), "=")
	if hasValue && find(name) != nil {
		return fmt.Errorf("no %s; a value is a word of its own: --%s %s", written, name, value)
	}
	if near := nearest(name); near != "" {
		return fmt.Errorf("no %s; did you mean --%s?", written, near)
	}
	return fmt.Errorf("no %s (--help lists the options)", written)
}

// nearest is the option whose name has the fewest slips of the fingers between it
// and this one, or "" if there are too many.
func nearest(name string) (near string) {
	least := 1 + min(2, len(name)/3)
	for o := range options {
		if d := slips(name, o.name); d < least {
			near, least = o.name, d
		}
	}
	return near
}

// slips counts the letters to add, to drop, to change, and the neighbours to swap,
// that make b of a. It fills a table row by row: row i says what the first i letters
// of a are from the first j of b.
//
//	      ""  p  o  r  t
//	""     0  1  2  3  4
//	p      1  0  1  2  3
//	r      2  1  1  1  2
//	o      3  2  1  1  2      "pro" is one swap from "por"
//	t      4  3  2  2  1
func slips(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			changed := 1
			if a[i-1] == b[j-1] {
				changed = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+changed)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
