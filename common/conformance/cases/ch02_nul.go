// ch02_nul.go: lines with a NUL.

package cases

import (
	"strings"

	"redis-internals/common/conformance"
)

// lineLimit is how long a line may become (PROTO_INLINE_MAX_SIZE).
const lineLimit = 64 << 10

// hiddenEnds are lines with a NUL: no server finds their end, so that nothing
// comes until they are too long.
func hiddenEnds() list {
	var rows list
	for _, row := range []struct{ name, before, begins, refused string }{
		{"an inline request with a NUL never ends", "", "PING\x00\r\nPING\r\n", "too big inline request"},
		{"a NUL in front of a request hides it", "", "\x00*1\r\n$4\r\nPING\r\n", "too big inline request"},
		{"a NUL in a number of arguments hides the line's end", "", "*1\x00\r\n$4\r\nPING\r\n", "too big mbulk count string"},
		{"a NUL in a length hides the line's end", "*1\r\n", "$4\x00\r\nPING\r\n", "too big bulk count string"},
		{"a NUL where $ is expected hides the line's end", "*1\r\n", "\x00\r\n", "too big bulk count string"},
	} {
		rows = append(rows, conformance.Case{Name: row.name, Run: func(t *T) {
			c := t.Dial()
			c.Send(row.before + row.begins)
			c.Send(strings.Repeat("x", lineLimit+1-len(row.begins)))
			c.Expect("-ERR Protocol error: " + row.refused + "\r\n")
			c.ExpectClosed()
		}})
	}
	return in(2, lesson2RESP, rows)
}
