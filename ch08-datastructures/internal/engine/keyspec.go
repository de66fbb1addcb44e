// keyspec.go: which words of a request are keys, and what happens to them.
//
//	DEL a b c       one spec: from 1 to -1     RM delete
//	LMOVE from to   two specs: 1 and 2         RW access delete, RW insert
//	SINTERCARD 2 a b     so many as word 1 says, behind it
//	GEORADIUS ... STORE k    the word behind STORE, from word 6 on
//
// Cluster clients, proxies and ACLs live by it. Redis: server.h, keySpec.

package engine

import (
	"strings"

	"redis-internals/ch08/internal/resp"
)

// KeySpec says which words of a request are keys: from First to Last (negative: from
// the end), each Step-th.
type KeySpec struct {
	Keyword           string // the keys stand behind this word, which is searched from First on
	Unknown           bool   // COMMAND says that only the command knows where they stand
	Counted           bool   // word First is how many there are, and they follow it
	First, Last, Step int
	Flags             KeyFlags
	Notes             string // for people

	// What only the command knows, or nil: at which place a key stands of a spec that is
	// Unknown (0: there is none), and what happens to keys under KeyVariableFlags.
	Place func(request [][]byte) int
	Vary  func(request [][]byte) KeyFlags
}

// KeyFlags say what a command does with keys.
type KeyFlags uint16

// The flags, in the order in which COMMAND INFO lists them. One of the first four tells
// what happens to the value as a whole, those that follow what happens to what is in it.
const (
	KeyRO            KeyFlags = 1 << iota // it is read
	KeyRW                                 // it is read and written
	KeyOW                                 // it is overwritten, whatever it was
	KeyRM                                 // it is deleted
	KeyAccess                             // the user's data is answered or copied, and not only looked at
	KeyUpdate                             // the user's data is changed
	KeyInsert                             // data is added, and none changed
	KeyDelete                             // data is deleted
	KeyNotKey                             // it is no key, but is sent to where a key of that name would be
	KeyIncomplete                         // there may be keys that this spec does not find
	KeyVariableFlags                      // with some arguments less happens than the flags say
)

var keyFlagNames = []string{
	"RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags",
}

// Names are the flags' names, in COMMAND INFO's order.
func (f KeyFlags) Names() []string { return namesOf(f, keyFlagNames) }

// KeyRange is all ranges as one, for those who know of one only; 0, 0, 0 is none, or that
// they do not stand side by side. Redis: server.c, populateCommandLegacyRangeSpec.
func (r *Row) KeyRange() (first, last, step int) {
	for _, spec := range r.Keys {
		switch {
		case !spec.isRange():
		case first == 0:
			first, last, step = spec.First, spec.Last, spec.Step
		case step != 1 || spec.Step != 1 || spec.First != last+1:
			return 0, 0, 0
		default:
			last = spec.Last
		}
	}
	return first, last, step
}

func (s *KeySpec) isRange() bool { return s.Keyword == "" && !s.Unknown && !s.Counted }

// HasKeys reports whether the command may have keys. A shard channel stands where a key would,
// and is none. Redis: server.c, doesCommandHaveKeys.
func (r *Row) HasKeys() bool {
	for i := range r.Keys {
		if r.Keys[i].Flags&KeyNotKey == 0 {
			return true
		}
	}
	return false
}

// Key is a word of a request that is a key.
type Key struct {
	At    int // its place; the command's name is at 0
	Flags KeyFlags
}

// AppendKeys appends the keys of a request that has the arity. ok is false if it has an
// error by which nobody can tell where they stand: then there are none. Redis: db.c,
// getKeysFromCommandWithSpecs.
func (r *Row) AppendKeys(keys []Key, request [][]byte) (all []Key, ok bool) {
	before := len(keys)
	for i := range r.Keys {
		spec := &r.Keys[i]
		first, last, ok := spec.find(request)
		if !ok {
			return keys[:before], false
		}
		flags := spec.Flags
		if spec.Vary != nil {
			flags = spec.Vary(request)
		}
		for at := first; at <= last && first > 0; at += spec.Step {
			keys = append(keys, Key{at, flags})
		}
	}
	return keys, true
}

// find returns the places of the first and the last key of a request; the first is 0 if
// there is none. ok is false if they would be out of the request. Redis: db.c,
// getKeysUsingKeySpecs.
func (s *KeySpec) find(request [][]byte) (first, last int, ok bool) {
	switch {
	case s.Place != nil:
		first = s.Place(request)
		return first, first, true
	case s.Unknown:
		return 0, 0, true
	case s.Keyword != "":
		return s.findBehindKeyword(request)
	}
	first, last = s.First, s.Last
	switch {
	case s.Counted:
		n, isInt := resp.ParseInt(request[s.First])
		if !isInt || n < 1 || n > int64(len(request)) {
			return 0, 0, false
		}
		first, last = s.First+1, s.First+int(n)
	case last < 0:
		last += len(request)
	}
	return first, last, first <= last && last < len(request)
}

// findBehindKeyword is find for a key behind a word that may not be there.
func (s *KeySpec) findBehindKeyword(request [][]byte) (first, last int, ok bool) {
	for i := s.First; i < len(request)-1; i++ {
		if IsOption(request[i], strings.ToLower(s.Keyword)) {
			return i + 1, i + 1, true
		}
	}
	return 0, 0, true
}
