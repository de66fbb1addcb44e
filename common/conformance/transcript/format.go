// format.go: replies as redis-cli prints them.

package transcript

import (
	"fmt"
	"strconv"
	"strings"

	"redis-internals/common/conformance/wire"
)

// Format writes a reply as redis-cli does on a terminal, a newline at its end.
// Redis: redis-cli.c, cliFormatReplyTTY.
func Format(v wire.Value) string { return format(v, "") }

func format(v wire.Value, prefix string) string {
	switch {
	case v.Null:
		return "(nil)\n"
	case v.Kind == '-':
		return "(error) " + v.Text + "\n"
	case v.Kind == '+' || v.Kind == '=' || v.Kind == '(':
		return v.Text + "\n"
	case v.Kind == ':':
		return "(integer) " + strconv.FormatInt(v.Int, 10) + "\n"
	case v.Kind == ',':
		return "(double) " + v.Text + "\n"
	case v.Kind == '#' && v.Text == "t":
		return "(true)\n"
	case v.Kind == '#':
		return "(false)\n"
	case v.Kind == '$':
		return quote(v.Text) + "\n"
	}
	return formatList(v, prefix)
}

// formatList writes what holds other replies. Numbers are as wide as the last
// one; what is nested is indented by them.
func formatList(v wire.Value, prefix string) string {
	if len(v.Elems) == 0 {
		return "(empty " + map[byte]string{'*': "array", '%': "hash", '~': "set", '>': "push"}[v.Kind] + ")\n"
	}
	mark, each := ")", 1
	switch v.Kind {
	case '%':
		mark, each = "#", 2
	case '~':
		mark = "~"
	}
	width := len(strconv.Itoa(len(v.Elems) / each))
	inner := prefix + strings.Repeat(" ", width+2)
	var b strings.Builder
	for i := 0; i < len(v.Elems); i += each {
		if i > 0 {
			b.WriteString(prefix)
		}
		fmt.Fprintf(&b, "%*d%s ", width, i/each+1, mark)
		text := format(v.Elems[i+each-1], inner)
		if each == 2 {
			b.WriteString(strings.TrimSuffix(format(v.Elems[i], inner), "\n") + " => ")
			if strings.Count(text, "\n") > 1 {
				b.WriteString("\n" + inner)
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// quote is Redis' sdscatrepr: \xHH for every byte that is not printable ASCII.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '"':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= 0x20 && c < 0x7f:
			b.WriteByte(c)
		default:
			if short := strings.IndexByte("\n\r\t\a\b", c); short >= 0 {
				b.WriteByte('\\')
				b.WriteByte("nrtab"[short])
			} else {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

// raw says whether redis-cli prints the command's reply as it is, since it is
// a text of lines. Redis: redis-cli.c, cliSendCommand.
func raw(words []string) bool {
	var two [2]string
	for i, w := range words[:min(2, len(words))] {
		two[i] = strings.ToLower(w)
	}
	switch two[0] + " " + two[1] {
	case "client list", "client info", "cluster nodes", "cluster info", "debug htstats", "debug htstats-key",
		"latency graph", "latency doctor", "memory malloc-stats", "memory doctor":
		return true
	}
	return two[0] == "info" || two[0] == "lolwut"
}

// Print writes the reply to a command as redis-cli does.
func Print(words []string, v wire.Value) string {
	if raw(words) && !v.IsError() && len(v.Elems) == 0 {
		return v.Text
	}
	return Format(v)
}
