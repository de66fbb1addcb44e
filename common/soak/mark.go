// mark.go: whose a value is.
//
//	<<17:42>>kkkkk...k     what client 17 stored, or has had echoed, as its 42nd
//
// The bytes behind the mark follow from the two numbers, so that a value that was
// cut, joined with another or overwritten in part shows. Marked values stand under
// keys (chk:17) that no other request names: whoever gets somebody else's mark has
// got somebody else's reply.

package soak

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"redis-internals/common/conformance/wire"
)

// marked is the value number seq of a client. Its length is from 8 bytes to 64 KB,
// short ones more often.
func marked(id, seq int) string {
	h := uint64(id)<<32 ^ uint64(seq)
	h = (h ^ h>>31) * 0x9E3779B97F4A7C15
	size := int(h>>40) % (1 << (h >> 60)) * 2
	return fmt.Sprintf("<<%d:%d>>", id, seq) + strings.Repeat(string('a'+byte(h>>32%26)), size)
}

// checkKey is where a client's marked values stand.
func checkKey(id int) string { return "chk:" + strconv.Itoa(id) }

var markPattern = regexp.MustCompile(`<<(\d+):(\d+)>>`)

// checkMarked says what is wrong with a value that a client has found under its
// key; it may be an older one, from a database that was swapped in.
func checkMarked(id, seq int, value string) error {
	m := markPattern.FindStringSubmatch(value)
	if m == nil {
		return fmt.Errorf("a value of mine bears no mark: %s", clip(value))
	}
	whose, _ := strconv.Atoi(m[1])
	when, _ := strconv.Atoi(m[2])
	switch {
	case whose != id:
		return fmt.Errorf("a value of mine bears the mark of client %d: %s", whose, clip(value))
	case when > seq || value != marked(whose, when):
		return fmt.Errorf("a value of mine is not as I stored it: %s", clip(value))
	}
	return nil
}

// checkForeign looks for other clients' marks in any part of a reply.
func checkForeign(id int, v wire.Value) error {
	if strings.Contains(v.Text, "<<") {
		for _, m := range markPattern.FindAllStringSubmatch(v.Text, -1) {
			if m[1] != strconv.Itoa(id) {
				return fmt.Errorf("a reply bears the mark of client %s: %s", m[1], clip(v.Text))
			}
		}
	}
	for _, e := range v.Elems {
		if err := checkForeign(id, e); err != nil {
			return err
		}
	}
	return nil
}

// clip shows bytes, the long ones cut.
func clip(s string) string {
	const most = 300
	if len(s) > most {
		return fmt.Sprintf("%s... (%d bytes)", wire.Escape(s[:most]), len(s))
	}
	return wire.Escape(s)
}
