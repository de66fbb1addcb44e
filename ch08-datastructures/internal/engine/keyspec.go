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

// KeysOf lists the keys of a request that has the arity; they borrow from it.
func (r *Row) KeysOf(request [][]byte) (keys [][]byte) {
	for _, spec := range r.Keys {
		first, last := spec.find(request)
		for i := first; i <= last && i < len(request); i += spec.Step {
			keys = append(keys, request[i])
		}
	}
	return keys
}

// find returns the first and the last key of a request; the last is before the first if
// there is none. Redis: db.c, getKeysUsingKeySpecs.
func (s *KeySpec) find(request [][]byte) (first, last int) {
	switch {
	case s.Counted:
		n, ok := resp.ParseInt(request[s.First])
		if !ok || n < 1 || n >= int64(len(request)-s.First) {
			return 0, -1
		}
		return s.First + 1, s.First + int(n)
	case s.Keyword != "":
		for i := len(request) - 2; i >= s.First; i-- {
			if IsOption(request[i], strings.ToLower(s.Keyword)) {
				return i + 1, i + 1
			}
		}
		return 0, -1
	case s.Unknown:
		return 0, -1
	}
	last = s.Last
	if last < 0 {
		last += len(request)
	}
	return s.First, last
}
