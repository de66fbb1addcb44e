// fold.go: reports in the width of a terminal.

package conformance

import "strings"

// foldedLines is how many lines one of a report's becomes at most: bytes that are sent may be
// many.
const foldedLines = 4

// Folded indents a report, and cuts lines that are wider than columns into pieces; of very many
// pieces of a line it keeps the first and the last, unless all are wanted. A mark under a line
// moves to the beginning of its own.
func Folded(report, indent string, columns int, all bool) string {
	room := columns - len(indent)
	var out []string
	for line := range strings.Lines(report) {
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\n")
		if mark := strings.Index(line, "^ "); mark >= 0 && strings.TrimSpace(line[:mark]) == "" && len(line) > room {
			out = append(out, line[:mark+1], line[mark+2:])
			continue
		}
		var pieces []string
		runes := []rune(line)
		for len(runes) > room {
			pieces = append(pieces, string(runes[:room]))
			runes = append([]rune("          "), runes[room:]...)
		}
		pieces = append(pieces, string(runes))
		if len(pieces) > foldedLines && !all {
			pieces = append(pieces[:foldedLines-2], "          ...", pieces[len(pieces)-1])
		}
		out = append(out, pieces...)
	}
	for i, line := range out {
		if line != "" {
			out[i] = indent + line
		}
	}
	return strings.Join(out, "\n")
}
