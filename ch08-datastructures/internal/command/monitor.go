// monitor.go: MONITOR. What its clients see is engine/monitor.go's business. Redis:
// replication.c, monitorCommand.

package command

var monitorCommands = []Row{
	row("monitor", monitor, 1, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("1.0.0", "", "", "Shows all commands that the server executes.")),
}

// monitor answers nothing to a client that monitors already. In a transaction its reply would
// have no end.
func monitor(c *Client) {
	switch {
	case c.InMulti():
		c.ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client")
	case c.Monitor():
		c.ReplyOK()
	}
}
