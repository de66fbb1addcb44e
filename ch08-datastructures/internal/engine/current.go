// current.go: what the engine is at, for who must tell of it in a crash report.
// Redis: server.h, current_client.

package engine

// Current is the client whose command is being executed. Until EndRequests it is the last
// one; then it is nil. It belongs to the loop's goroutine.
func (e *Engine) Current() *Client { return e.current }

// Ask runs a command that only reads, for the server itself: nobody is told, and nothing
// is counted. It returns the reply.
func (e *Engine) Ask(words ...string) (reply []byte) {
	c := e.NewClient(0)
	for _, word := range words {
		c.Args = append(c.Args, []byte(word))
	}
	c.Command = e.Table.Find(c.Args)
	c.Command.Handler(&c)
	return c.Reply
}
