// mismatch.go: two streams of bytes, and where they begin to differ.

package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// How many bytes a report shows before and after the first difference.
const (
	shownBefore = 32
	shownAfter  = 64
)

// Escape writes b in double quotes so that every byte can be seen: \r \n \t
// \\ \" and \xHH for what is not printable ASCII.
func Escape(b string) string { return `"` + escape(b) + `"` }

func escape(b string) string {
	var out strings.Builder
	for i := range len(b) {
		switch c := b[i]; {
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\t':
			out.WriteString(`\t`)
		case c == '\\' || c == '"':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < 0x20 || c >= 0x7f:
			fmt.Fprintf(&out, `\x%02x`, c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// Clip keeps a stream's beginning and end, and its length: enough to show it.
type Clip struct {
	head, tail []byte
	total      int
}

const clipSize = 256

// Add appends p to the stream.
func (c *Clip) Add(p []byte) {
	c.total += len(p)
	if room := clipSize - len(c.head); room > 0 {
		n := min(room, len(p))
		c.head = append(c.head, p[:n]...)
		p = p[n:]
	}
	c.tail = append(c.tail, p[max(0, len(p)-clipSize):]...)
	c.tail = c.tail[max(0, len(c.tail)-clipSize):]
}

// Reset forgets the stream.
func (c *Clip) Reset() { c.head, c.tail, c.total = c.head[:0], c.tail[:0], 0 }

// Beginning is the stream's first bytes, 256 at most.
func (c *Clip) Beginning() string { return string(c.head) }

// String shows the stream, its middle left out where it is long.
func (c *Clip) String() string {
	switch missing := c.total - len(c.head) - len(c.tail); {
	case c.total == 0:
		return "nothing"
	case missing <= 0:
		return Escape(string(c.head)+string(c.tail)) + size(c.total)
	default:
		return fmt.Sprintf(`"%s" ... %d bytes ... "%s"%s`, escape(string(c.head)), missing, escape(string(c.tail)), size(c.total))
	}
}

func size(n int) string {
	if n == 1 {
		return " (1 byte)"
	}
	return fmt.Sprintf(" (%d bytes)", n)
}

// Mismatch draws where bytes differ from those that were expected:
//
//	expected  "+PONG\r\n" (7 bytes)
//	came      "+PANG\r\n"
//	             ^ byte 2: expected 'O' (0x4f), came 'A' (0x41)
//
// The first same bytes of want did come; after them came got, and then, as
// ending says, nothing more. Long streams are shown around the difference.
func Mismatch(want string, same int, got, ending string) string {
	diff := same
	for diff < len(want) && diff-same < len(got) && want[diff] == got[diff-same] {
		diff++
	}
	from := max(0, diff-shownBefore)
	common := want[from:diff]
	rest := got[diff-same:]
	dots := ""
	if from > 0 {
		dots = "..."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "expected  %s\"%s%s\"%s\n", dots, escape(common), clipped(want[diff:]), size(len(want)))
	fmt.Fprintf(&b, "came      %s\"%s%s\"", dots, escape(common), clipped(rest))
	if ending != "" {
		b.WriteString(" and then " + ending)
	}
	caret := strings.Repeat(" ", len("came      ")+len(dots)+1+len(escape(common)))
	fmt.Fprintf(&b, "\n%s^ byte %d: expected %s, came %s", caret, diff, first(want[diff:]), first(rest))
	return b.String()
}

func clipped(s string) string {
	if len(s) > shownAfter {
		return escape(s[:shownAfter]) + "..."
	}
	return escape(s)
}

func first(s string) string {
	if s == "" {
		return "nothing"
	}
	if s[0] >= 0x20 && s[0] < 0x7f {
		return fmt.Sprintf("%s (0x%02x)", strconv.QuoteRune(rune(s[0])), s[0])
	}
	return fmt.Sprintf("%s (0x%02x)", "'"+escape(s[:1])+"'", s[0])
}
