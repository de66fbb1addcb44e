// output.go: how much may wait for a client that does not read.
//
// A client that sends requests and does not read the replies costs memory. Redis
// lets it, unless client-output-buffer-limit says otherwise: beyond the hard
// limit the connection closes at once, beyond the soft one after so long without
// falling below it. Redis: networking.c, checkClientOutputBufferLimits.

package server

import (
	"time"

	"redis-internals/ch06/internal/config"
)

func (c *conn) outputLimit() *config.OutputLimit { return &c.server.opts.Output[config.Normal] }

func (c *conn) unsentBytes() int { return c.backlogBytes + len(c.client.Reply) - c.sent }

// enforceOutputLimit is called whenever replies wait for the peer, and closes
// the connection if they are too many.
func (c *conn) enforceOutputLimit() {
	limit, unsent, now := c.outputLimit(), c.unsentBytes(), c.server.loop.Now()
	switch {
	case limit.Soft == 0 || unsent <= limit.Soft:
		c.overSoft = time.Time{}
	case c.overSoft.IsZero():
		c.overSoft = now
		c.watchSoftLimit()
	}
	tooLong := !c.overSoft.IsZero() && now.Sub(c.overSoft) > limit.SoftFor
	if tooLong || limit.Hard > 0 && unsent > limit.Hard {
		c.server.log.Warn("Closing client that reached client-output-buffer-limit", "id", c.client.ID, "bytes", unsent)
		c.close()
	}
}

// watchSoftLimit asks again when the time is over: a client that does nothing
// any more gives no other occasion.
func (c *conn) watchSoftLimit() {
	if c.softTimer {
		return
	}
	c.softTimer = true
	const more = time.Millisecond // than SoftFor it has to be
	c.server.loop.After(c.outputLimit().SoftFor+more, func() (again time.Duration) {
		if !c.closed {
			c.enforceOutputLimit()
		}
		if c.closed || c.overSoft.IsZero() {
			c.softTimer = false
			return 0
		}
		return c.outputLimit().SoftFor - c.server.loop.Now().Sub(c.overSoft) + more
	})
}
