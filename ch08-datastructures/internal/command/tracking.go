// tracking.go: clients that cache, and want to be told what is stale: CLIENT TRACKING and its
// neighbours. Redis: networking.c, clientCommand; tracking.c.

package command

import (
	"redis-internals/ch08/internal/engine"
)

var trackingCommands = []Row{
	row("client|tracking", clientTracking, -3, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.0.0", "O(1)", "(ON|OFF) [REDIRECT <client-id>] [PREFIX <prefix> [PREFIX <prefix> ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]", "Says whether the connection is told when keys change that it has read.")),
	row("client|caching", clientCaching, 3, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.0.0", "O(1)", "(YES|NO)", "Says whether what the next command reads will be cached.")),
	row("client|getredir", clientGetRedir, 2, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.0.0", "O(1)", "", "Answers the ID of the client that is told instead.")),
	row("client|trackinginfo", clientTrackingInfo, 2, NoScript|Loading|Stale, ACLConnection, noKeys,
		doc("6.2.0", "O(1)", "", "Answers how the connection is told when keys change.")),
}

// clientTracking answers CLIENT TRACKING ON|OFF [option ...].
func clientTracking(c *Client) {
	var t engine.Tracking
	if !parseTracking(c, &t) {
		return
	}
	on, ok := parseOnOff(c, c.Args[2])
	switch {
	case !ok:
		return
	case !on:
		c.StopTracking()
	case !fits(c, &t):
		return
	default:
		c.StartTracking(t)
	}
	c.ReplyOK()
}

// parseTracking reads the options, or replies the error.
func parseTracking(c *Client, t *engine.Tracking) (ok bool) {
	for args := c.Args[3:]; len(args) > 0; args = args[1:] {
		switch {
		case engine.IsOption(args[0], "redirect") && len(args) > 1:
			args = args[1:]
			if !parseRedirect(c, args[0], t) {
				return false
			}
		case engine.IsOption(args[0], "bcast"):
			t.Broadcast = true
		case engine.IsOption(args[0], "optin"):
			t.OptIn = true
		case engine.IsOption(args[0], "optout"):
			t.OptOut = true
		case engine.IsOption(args[0], "noloop"):
			t.NoLoop = true
		case engine.IsOption(args[0], "prefix") && len(args) > 1:
			args = args[1:]
			t.Prefixes = append(t.Prefixes, string(args[0]))
		default:
			c.ReplyError(engine.ErrSyntax)
			return false
		}
	}
	return true
}

func parseRedirect(c *Client, arg []byte, t *engine.Tracking) (ok bool) {
	if t.Redirect != 0 {
		c.ReplyError("ERR A client can only redirect to a single other client")
		return false
	}
	if t.Redirect, ok = c.ParseInt(arg); !ok {
		return false
	}
	if c.Engine.Server.Client(t.Redirect) == nil {
		c.ReplyError("ERR The client ID you want redirect to does not exist")
		return false
	}
	return true
}

// fits reports whether the options go together, and with those that hold already, or replies
// the error.
func fits(c *Client, t *engine.Tracking) bool {
	old, wrong := c.Tracking(), ""
	if old == nil {
		old = &engine.Tracking{Broadcast: t.Broadcast}
	}
	switch {
	case len(t.Prefixes) > 0 && !t.Broadcast:
		wrong = "PREFIX option requires BCAST mode to be enabled"
	case t.Broadcast != old.Broadcast:
		wrong = "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode."
	case t.Broadcast && (t.OptIn || t.OptOut):
		wrong = "OPTIN and OPTOUT are not compatible with BCAST"
	case t.OptIn && t.OptOut:
		wrong = "You can't specify both OPTIN mode and OPTOUT mode"
	case t.OptIn && old.OptOut || t.OptOut && old.OptIn:
		wrong = "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode."
	default:
		wrong = overlap(old.Prefixes, t.Prefixes)
	}
	if wrong != "" {
		c.ReplyError("ERR " + wrong)
	}
	return wrong == ""
}

// overlap says which of the new prefixes overlaps with an old one, or with one that follows it.
// Redis: checkPrefixCollisionsOrReply.
func overlap(old, added []string) string {
	for i, p := range added {
		for _, other := range old {
			if startAlike(p, other) {
				return "Prefix '" + cString(p) + "' overlaps with an existing prefix '" + cString(other) + "'. Prefixes for a single client must not overlap."
			}
		}
		for _, other := range added[i+1:] {
			if startAlike(p, other) {
				return "Prefix '" + cString(p) + "' overlaps with another provided prefix '" + cString(other) + "'. Prefixes for a single client must not overlap."
			}
		}
	}
	return ""
}

// startAlike reports whether one of the strings begins with the other.
func startAlike(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] == b[:n]
}

// cString is what an error shows of a string.
func cString(s string) string { return engine.Quoted([]byte(s), len(s)) }

// clientCaching answers CLIENT CACHING YES|NO.
func clientCaching(c *Client) {
	t := c.Tracking()
	switch {
	case t == nil:
		c.ReplyError("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled")
		return
	case engine.IsOption(c.Args[2], "yes"):
		if !t.OptIn {
			c.ReplyError("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.")
			return
		}
	case engine.IsOption(c.Args[2], "no"):
		if !t.OptOut {
			c.ReplyError("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.")
			return
		}
	default:
		c.ReplyError(engine.ErrSyntax)
		return
	}
	t.Caching = true
	c.ReplyOK()
}

func clientGetRedir(c *Client) { c.ReplyInt(redirection(c)) }

// redirection is the ID of the client that is told instead; 0 is none, -1 that nobody is told.
func redirection(c *Client) int64 {
	if t := c.Tracking(); t != nil {
		return t.Redirect
	}
	return -1
}

func clientTrackingInfo(c *Client) {
	t := c.Tracking()
	flags := []string{"off"}
	if t == nil {
		t = &engine.Tracking{}
	} else {
		flags = trackingFlags(t)
	}
	c.ReplyMapLen(3)
	c.ReplyBulkString("flags")
	c.ReplySetLen(len(flags))
	for _, flag := range flags {
		c.ReplyBulkString(flag)
	}
	c.ReplyBulkString("redirect")
	c.ReplyInt(redirection(c))
	c.ReplyBulkString("prefixes")
	c.ReplyArrayLen(len(t.Prefixes))
	for _, prefix := range t.Prefixes {
		c.ReplyBulkString(prefix)
	}
}

func trackingFlags(t *engine.Tracking) []string {
	flags := []string{"on"}
	for _, f := range []struct {
		name string
		is   bool
	}{
		{"bcast", t.Broadcast},
		{"optin", t.OptIn},
		{"caching-yes", t.OptIn && t.Caching},
		{"optout", t.OptOut},
		{"caching-no", t.OptOut && t.Caching},
		{"noloop", t.NoLoop},
		{"broken_redirect", t.Broken},
	} {
		if f.is {
			flags = append(flags, f.name)
		}
	}
	return flags
}
