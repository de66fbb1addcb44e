// keyspec.go: which words of a request are keys, and what happens to them.
//
//	DEL a b c       one spec: from 1 to -1     RM delete
//	LMOVE from to   two specs: 1 and 2         RW access delete, RW insert
//
// Cluster clients, proxies and ACLs live by it. Redis: server.h, keySpec.

package engine

// KeySpec says which words of a request are keys: from First to Last (negative: from
// the end), each Step-th.
type KeySpec struct {
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

// KeyRange is the first spec, for those who know of one range only; 0, 0, 0 is none.
// Redis: server.c, populateCommandLegacyRangeSpec.
func (r *Row) KeyRange() (first, last, step int) {
	if len(r.Keys) == 0 {
		return 0, 0, 0
	}
	return r.Keys[0].First, r.Keys[0].Last, r.Keys[0].Step
}

// KeysOf lists the keys of a request that has the arity; they borrow from it.
func (r *Row) KeysOf(request [][]byte) (keys [][]byte) {
	for _, spec := range r.Keys {
		last := spec.Last
		if last < 0 {
			last += len(request)
		}
		for i := spec.First; i <= last; i += spec.Step {
			keys = append(keys, request[i])
		}
	}
	return keys
}
