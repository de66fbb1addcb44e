// quiet.go: clients that do not want to be answered (CLIENT REPLY).
//
//	CLIENT REPLY OFF     ─▶ silent       until CLIENT REPLY ON, or RESET
//	CLIENT REPLY SKIP    ─▶ skipNext     the next request is skipping, then it is over
//
// A handler replies as always; what it has replied is dropped when it returns. What the client
// listens to is no reply: SUBSCRIBE's answer and messages arrive, whatever it has said. Redis:
// networking.c, clientReplyCommand and prepareClientToWrite.

package engine

// quiet says which replies a client does not want.
type quiet uint8

const (
	loud     quiet = iota
	skipNext       // not that to the next request
	skipping       // not that to this one
	silent         // none
)

// executeQuietly executes the request of a client that is not loud.
func (e *Engine) executeQuietly(c *Client) {
	if c.quiet == skipNext {
		c.quiet = skipping
	}
	c.quietFrom = len(c.Reply)
	e.execute(c)
	c.hush()
}

// hush drops what the client has been replied since it is quiet. Skipping ends with the
// request, which may have to wait.
func (c *Client) hush() {
	if c.quiet < skipping || c.Command != nil && c.Command.subscribes() {
		return
	}
	c.Reply = c.Reply[:min(c.quietFrom, len(c.Reply))]
	if c.quiet == skipping && !c.Blocked() {
		c.quiet = loud
	}
}

// subscribes reports whether what the command answers are messages.
func (c *Command) subscribes() bool { return c.Flags&(PubSub|NoScript) == PubSub|NoScript }

// Unhush makes the client be answered again, from now on.
func (c *Client) Unhush() {
	if c.quiet >= skipping {
		c.Reply = c.Reply[:min(c.quietFrom, len(c.Reply))]
	}
	c.quiet = loud
}

// HushAll makes the client be answered nothing from now on.
func (c *Client) HushAll() {
	if c.quiet < skipping {
		c.quietFrom = len(c.Reply)
	}
	c.quiet = silent
}

// HushNext makes the client's next request be answered nothing, unless none is anyway.
func (c *Client) HushNext() {
	if c.quiet != silent {
		c.quiet = skipNext
	}
}
