// collections.go: what handlers of lists, sets, sorted sets and hashes begin and end with.
// Redis: object.c, checkType; db.c, lookupKeyReadOrReply.

package command

import (
	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
)

// lookup finds what a command reads: nil if there is none. One of another type it
// answers with the error, and ok is false.
func lookup(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	o = c.DB.LookupRead(key)
	if o != nil && o.Type() != t {
		c.ReplyError(engine.ErrWrongType)
		return nil, false
	}
	return o, true
}

// edit is lookup for a command that may change the object. It ends with done.
func edit(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	if o, ok = c.DB.Edit(key, t); !ok {
		c.ReplyError(engine.ErrWrongType)
	}
	return o, ok
}

// editOrCreate is edit for a command that will add something: there always is an object.
func editOrCreate(c *Client, key []byte, t object.Type) (o *object.Object, ok bool) {
	o, ok = edit(c, key, t)
	if ok && o == nil {
		o = c.DB.Create(key, t)
	}
	return o, ok
}

// done says that the command has changed so many elements. An object that is empty now is
// gone.
func done(c *Client, o *object.Object, changed int) {
	c.DB.Done(o, changed)
	c.MarkDirty(changed)
}
