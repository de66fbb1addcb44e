// Package differential makes up commands to ask two servers, and compares what
// they answer.
//
//	Sequences --> Sequence --> Requests --> server A --> reply --+
//	                                    --> server B --> reply --+--> Same
//
// The outcome of a sequence must not depend on when each of its commands
// reaches a server. So a time is past by far, or the end of the century, or a
// number of hours from now that no other command of the sequence is near; and
// before the keys are counted each is asked for, since a key whose time is up
// may or may not have been deleted by then. RANDOMKEY is for a database that has
// been emptied, and has one key at most.
package differential

import (
	"strconv"
	"strings"
	"time"

	"redis-internals/common/conformance/wire"
)

// Sequence is commands to send one after another.
type Sequence []Command

// Command is a command's words.
type Command []Word

// Word is one argument: its bytes, or a time from now.
type Word struct {
	Text string

	// With a Unit the word is a time from now: so many thousand hours, and for
	// every command before it in the sequence 100 seconds more, so that no two
	// are compared that a slow machine could bring into another order.
	Unit     time.Duration
	Thousand int
}

// Request is the command's arguments where it is the i-th of a sequence.
func (c Command) Request(i int) []string {
	args := make([]string, len(c))
	for j, w := range c {
		args[j] = w.Text
		if w.Unit != 0 {
			fromNow := time.Duration(w.Thousand)*1000*time.Hour + time.Duration(i)*100*time.Second
			args[j] = strconv.FormatInt(int64(fromNow/w.Unit), 10)
		}
	}
	return args
}

// GoString shows the sequence as lines that redis-cli would take; rapid prints
// with it what it has drawn.
func (s Sequence) GoString() string {
	var b strings.Builder
	for i, c := range s {
		b.WriteString("\n  " + Show(c.Request(i)))
	}
	return b.String()
}

// Show writes a request as a line, with quotes where they are needed.
func Show(request []string) string {
	words := make([]string, len(request))
	for i, w := range request {
		words[i] = w
		if quoted := wire.Escape(w); w == "" || strings.ContainsAny(w, " '") || quoted != `"`+w+`"` {
			words[i] = quoted
		}
	}
	return strings.Join(words, " ")
}
