// auth.go: who has said the password.
//
// There is one user, default, who may do everything once it has said requirepass; without a
// password whoever connects is that user. A client is asked when it connects, not later:
// one that is in stays in when CONFIG SET changes the password, as in Redis.
//
//	requirepass ""                 ─▶ in
//	requirepass secret             ─▶ NOAUTH ── AUTH secret ─▶ in ── RESET ─▶ NOAUTH
//	                                     └──── AUTH guess ──▶ WRONGPASS, a line of ACL LOG
//
// What a guess is answered tells nothing of the password, nor does the time that takes: the
// hashes of both are compared, and all bytes of them. A stranger's requests are short
// (resp.Parser.Stranger), so that hashing them is nothing to be tired with.
//
// Redis: acl.c, ACLAuthenticateUser, authRequired and addACLLogEntry.

package engine

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// DefaultUser is the one user there is.
const DefaultUser = "default"

// ErrWrongPass is the answer to a wrong password, and to a wrong name.
const ErrWrongPass = "WRONGPASS invalid username-password pair or user is disabled."

const errNoAuth = "NOAUTH Authentication required."

// HasPassword reports whether clients must say one.
func (e *Engine) HasPassword() bool { return e.Config.RequirePass != "" }

// MustAuthenticate reports whether the client has yet to say the password. Redis: server.c,
// authRequired.
func (c *Client) MustAuthenticate() bool { return c.Stranger && c.Engine.HasPassword() }

// Authenticate lets the client in if that is the user's password, and notes it in the log of
// refusals if not. O(bytes of the password).
func (c *Client) Authenticate(user, password []byte) (ok bool) {
	if string(user) == DefaultUser && c.Engine.isPassword(password) {
		c.Stranger = false
		return true
	}
	c.Engine.noteRefusal(c, string(user))
	return false
}

// isPassword reports whether it is the default user's. Any is, while there is none.
func (e *Engine) isPassword(password []byte) bool {
	if !e.HasPassword() {
		return true
	}
	given, wanted := sha256.Sum256(password), sha256.Sum256([]byte(e.Config.RequirePass))
	return subtle.ConstantTimeCompare(given[:], wanted[:]) == 1
}

// Redact hides a word of the request from those who are shown it later: it is a password.
// The handler has read it. Redis: networking.c, redactClientCommandArgument.
func (c *Client) Redact(i int) { c.Args[i] = redacted }

var redacted = []byte("(redacted)")

// Refusal is somebody's wrong passwords, for ACL LOG: those of one user, said in one way,
// within a minute of each other.
type Refusal struct {
	Count   int64
	Context string // where: toplevel, or multi
	Object  string // the command, as it was written
	User    string
	Client  string // who, as CLIENT LIST has it
	At      int64  // the last one's time, in Unix milliseconds
}

const (
	refusalsTogether = 60_000 // milliseconds within which they count as one
	refusalsLooked   = 10     // how many are looked at for that, from the newest on
)

// noteRefusal counts a wrong password in the log, whose newest entry is the first. Redis:
// acl.c, addACLLogEntry.
func (e *Engine) noteRefusal(c *Client, user string) {
	r := Refusal{Count: 1, Context: "toplevel", Object: string(c.Args[0]), User: user, Client: string(c.Describe(nil)), At: e.Clock()}
	if c.InMulti() {
		r.Context = "multi"
	}
	for i, old := range e.refusals[:min(refusalsLooked, len(e.refusals))] {
		if old.Context == r.Context && old.Object == r.Object && old.User == r.User && r.At-old.At <= refusalsTogether {
			r.Count += old.Count
			e.refusals = slices.Delete(e.refusals, i, i+1)
			break
		}
	}
	e.refusals = slices.Insert(e.refusals, 0, r)
	if limit := e.Config.ACLLogMaxLen; len(e.refusals) > limit {
		e.refusals = slices.Delete(e.refusals, limit, len(e.refusals))
	}
}

// Refusals are the newest n wrong passwords, the newest first.
func (e *Engine) Refusals(n int64) []Refusal { return e.refusals[:min(n, int64(len(e.refusals)))] }

// ForgetRefusals empties that log.
func (e *Engine) ForgetRefusals() { e.refusals = nil }
