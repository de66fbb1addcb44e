// execute.go: the way of a request, whole: find, admit, call, run, log, count.
//
//	words ─▶ find its row ─▶ may it run? ─▶ handler ─▶ replies
//	           │ none           │ no
//	           └─▶ error        └─▶ error
//
// Redis: server.c, processCommand and call.

package engine

// Execute executes the request in c.Args, of at least one argument, and appends
// the replies to c.Reply.
func (e *Engine) Execute(c *Client) {
	c.Command = e.Table.Find(c.Args)
	switch {
	case c.Command == nil:
		e.rejectUnknown(c)
	case e.admits(c):
		e.call(c)
	}
}

// admits reports whether the command may run, and replies the error if not.
func (e *Engine) admits(c *Client) bool {
	switch {
	case !c.Command.Accepts(len(c.Args)):
		c.ReplyError("ERR wrong number of arguments for '" + c.Command.Name + "' command")
	default:
		return true
	}
	return false
}

// call runs the command.
func (e *Engine) call(c *Client) {
	c.Command.Handler(c)
}
