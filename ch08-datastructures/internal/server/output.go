// output.go: how much may wait for a client that does not read.
//
// A client that sends requests and does not read the replies costs memory. Redis
// lets it, unless client-output-buffer-limit says otherwise: beyond the hard
// limit the connection closes at once, beyond the soft one after so long without
// falling below it. Redis: networking.c, checkClientOutputBufferLimits.

package server

import (
	"time"

	"redis-internals/ch08/internal/config"
)

func (c *conn) outputLimit() *config.OutputLimit { return &c.server.opts.Output[c.client.Class()] }

func (c *conn) unsentBytes() int { return c.client.Backlog + len(c.client.Reply) - c.sent }

// enforceOutputLimit is called whenever replies wait for the peer, and closes
// the connection if they are too many.
func (c *conn) enforceOutputLimit() {
	limit, unsent := c.outputLimit(), c.unsentBytes()
	switch {
	case limit.Hard > 0 && unsent > limit.Hard:
		c.closeForOutput()
	case limit.Soft == 0 || unsent <= limit.Soft:
		c.stopSoftTimer()
	case c.softTimer == nil:
		c.softTimer = c.server.loop.After(limit.SoftFor, c.softLimitTimedOut)
	}
}

// softLimitTimedOut is called when more than the soft limit has waited for as long
// as it may.
func (c *conn) softLimitTimedOut() (again time.Duration) {
	c.softTimer = nil
	if limit := c.outputLimit(); limit.Soft > 0 && c.unsentBytes() > limit.Soft {
		c.closeForOutput()
	}
	return 0
}

// stopSoftTimer is called when no more waits than the soft limit allows.
func (c *conn) stopSoftTimer() {
	if c.softTimer != nil {
		c.softTimer.Stop()
		c.softTimer = nil
	}
}

// enforceOutputLimits is called when the limits have changed.
func (s *Server) enforceOutputLimits() (again time.Duration) {
	for _, c := range s.conns {
		if c.waiting {
			c.enforceOutputLimit()
		}
	}
	return 0
}

func (c *conn) closeForOutput() {
	c.server.log.Warning("Closing client that reached output buffer limit: id=%d omem=%d", c.client.ID, c.unsentBytes())
	c.close()
}
