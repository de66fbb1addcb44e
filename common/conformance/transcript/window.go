// window.go: what redis-cli's prompt tells of its connection.
//
//	127.0.0.1:6379>          database 0
//	127.0.0.1:6379[3]>       SELECT 3 was answered OK
//	127.0.0.1:6379[3](TX)>   MULTI was, and neither EXEC nor DISCARD since
//
// It does not ask the server: it goes by what was typed and what came back. Redis:
// redis-cli.c, cliSendCommand and cliRefreshPrompt.

package transcript

import (
	"fmt"
	"strconv"
	"strings"

	"redis-internals/common/conformance/wire"
)

// Window is one redis-cli. The zero value has just connected.
type Window struct {
	db, before int // before MULTI
	multi      bool
}

// State is what the prompt shows between address and ">".
func (w *Window) State() string {
	var s string
	if w.db != 0 {
		s = fmt.Sprintf("[%d]", w.db)
	}
	if w.multi {
		s += "(TX)"
	}
	return s
}

// Note takes notice of a command and its reply.
func (w *Window) Note(words []string, reply wire.Value) {
	if len(words) == 0 {
		return
	}
	switch name := strings.ToLower(words[0]); {
	case name == "select" && len(words) == 2 && !reply.IsError():
		w.db, _ = strconv.Atoi(words[1])
	case len(words) != 1:
	case name == "multi" && !reply.IsError():
		w.multi, w.before = true, w.db
	case name == "exec" && w.multi:
		w.multi = false
		if reply.IsError() || reply.Null {
			w.db = w.before
		}
	case name == "discard" && !reply.IsError():
		w.multi, w.db = false, w.before
	case name == "reset" && reply.Kind == '+':
		*w = Window{}
	}
}
