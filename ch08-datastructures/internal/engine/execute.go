// execute.go: the way of a request, whole: find, admit, call, run, log, count.
//
//	words ─▶ find its row ─▶ may it run? ─▶ now? ─▶ handler ─▶ count ─▶ log what changed ─▶ replies
//	           │ none           │ no        │ no: CLIENT PAUSE   ─▶ it will be given again
//	           └─▶ error        └─▶ error   │ no: in a transaction
//	                                        └─▶ queue, for EXEC
//
// Redis: server.c, processCommand and call.

package engine

// Execute executes the request in c.Args, of at least one argument, and appends
// the replies to c.Reply.
func (e *Engine) Execute(c *Client) {
	e.current = c
	if c.quiet == loud {
		e.execute(c)
	} else {
		e.executeQuietly(c)
	}
	if c.tracking != nil && c.tracking.Caching {
		c.endCaching()
	}
	if c.pushes != nil {
		c.endReply()
	}
	if len(e.waiting.ready) > 0 {
		e.serveReady()
	}
}

// execute is Execute for the request alone.
func (e *Engine) execute(c *Client) {
	c.Command = e.Table.Find(c.Args)
	switch {
	case c.Command == nil:
		e.rejectUnknown(c)
	case !e.admits(c):
		c.Command.Stats.Rejected++
	case e.pause.kind != NoPause && e.postpones(c): // it will come again
	case c.queues():
		e.enqueue(c)
	default:
		e.call(c)
	}
}

// admits reports whether the command may run, and replies the error if not.
func (e *Engine) admits(c *Client) bool {
	switch {
	case !c.Command.Accepts(len(c.Args)):
		c.reject("ERR wrong number of arguments for '" + c.Command.Name + "' command")
	case c.Command.Flags&Protected != 0 && !e.isAllowed(c): // it has replied why
	case c.MustAuthenticate() && c.Command.Flags&NoAuth == 0:
		c.reject(errNoAuth)
	case c.multi != nil && c.Command.Flags&NoMulti != 0:
		c.reject("ERR Command not allowed inside a transaction")
	case !e.makeRoom(c): // it has replied -OOM
	case e.isDeniedByDisk(c): // it has replied -MISCONF
	case c.subscriptions != nil && c.Command.Flags&WhileSubscribed == 0 && !c.RESP3():
		c.reject("ERR Can't execute '" + c.Command.Name + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
	case e.loading && c.Command.Flags&Loading == 0:
		c.reject(errLoading)
	case c.monitors && c.effect()&(Write|ReadOnly|MayReplicate) != 0:
		c.reject(errMonitors)
	default:
		return true
	}
	return false
}

// call runs the command. Every request that may write passes here, and no other
// place decides whether it is logged.
func (e *Engine) call(c *Client) {
	cmd, before := c.Command, e.dirty
	began := e.startMeasuring(cmd)
	e.Keyspace.BeginCommand()
	cmd.Handler(c)
	e.count(c, began)
	if c.tracking != nil {
		e.remember(c)
	}
	// Not EXEC: what it ran is logged. PFCOUNT reads, and keeps what it has counted.
	if e.dirty != before && e.log != nil && cmd.Flags&(Write|ReadOnly) != 0 {
		e.propagate(c)
	}
	e.rewritten = e.rewritten[:0]
}

const errLoading = "LOADING Redis is loading the dataset in memory"
