// index.go: how a name finds its row.
//
// A name comes in any case, and every request brings one. Copying it to lower
// case to look it up in a map of strings would allocate; so a name of up to 24
// bytes is folded into three integers, eight bytes at a time, and those are
// looked up in a hash table with open addressing.
//
//	"GetRange" → first "getrange", last "getrange", middle 0, length 8
//	"Expire"   → first "expi" and "pire" (bytes 0-3 and 2-5), length 6
//	           → slot hash → compare, or the next slot

package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// index finds commands by name in any case, without allocating. O(1).
type index struct {
	slots []slot              // a power of two, at most half of them full
	shift uint                // 64 - log2(len(slots))
	long  map[string]*Command // whose names do not fit into a key, in lower case; nil if there are none
}

type slot struct {
	key     key
	command *Command
}

// key is a name in lower case: its first, its last and its middle bytes, which
// overlap if it is short, and its length. Names of one length have one key only
// if they are the same.
type key struct {
	first, last, middle uint64
	length              int
}

// maxName is the longest name that a key covers.
const maxName = 24

func newIndex(commands []*Command) index {
	if len(commands) == 0 {
		return index{}
	}
	x := index{slots: make([]slot, 2), shift: 63}
	for len(x.slots) < 2*len(commands) {
		x.slots = make([]slot, 2*len(x.slots))
		x.shift--
	}
	for _, cmd := range commands {
		name := []byte(cmd.word())
		k, ok := foldName(name)
		switch {
		case x.lookup(name) != nil:
			panic(fmt.Sprintf("command %q is in the table twice", cmd.Name))
		case !ok:
			if x.long == nil {
				x.long = map[string]*Command{}
			}
			x.long[strings.ToLower(cmd.word())] = cmd
			continue
		}
		i := x.hash(k)
		for x.slots[i].command != nil {
			i = (i + 1) & uint64(len(x.slots)-1)
		}
		x.slots[i] = slot{k, cmd}
	}
	return x
}

// lookup returns the command of that name, or nil.
func (x *index) lookup(name []byte) *Command {
	k, ok := foldName(name)
	if !ok || len(x.slots) == 0 {
		if len(x.long) == 0 {
			return nil
		}
		return x.long[string(bytes.ToLower(name))]
	}
	for i := x.hash(k); ; i = (i + 1) & uint64(len(x.slots)-1) {
		s := &x.slots[i]
		if s.command == nil || s.key == k {
			return s.command
		}
	}
}

// hash returns the slot to begin with. The multiplier, 2^64 divided by the
// golden ratio, spreads neighbouring keys (Fibonacci hashing).
func (x *index) hash(k key) uint64 {
	return (k.first ^ k.last<<1 ^ k.middle<<2) * 0x9E3779B97F4A7C15 >> x.shift
}

// foldName folds a name into its key. ok is false for a name that is too long.
func foldName(name []byte) (k key, ok bool) {
	n := len(name)
	k.length = n
	switch {
	case n > maxName:
		return k, false
	case n > 16:
		k.middle = toLower(binary.LittleEndian.Uint64(name[8:]))
		fallthrough
	case n >= 8:
		k.first = toLower(binary.LittleEndian.Uint64(name))
		k.last = toLower(binary.LittleEndian.Uint64(name[n-8:]))
	case n >= 4:
		k.first = toLower(uint64(binary.LittleEndian.Uint32(name)) | uint64(binary.LittleEndian.Uint32(name[n-4:]))<<32)
	case n > 0:
		k.first = toLower(uint64(name[0]) | uint64(name[n/2])<<8 | uint64(name[n-1])<<16)
	}
	return k, true
}

// toLower turns the bytes A to Z among the eight of w into a to z, all at once.
//
// Adding 0x3f to a byte below 0x80 sets its top bit if it is 'A' or above, and
// 0x25 if it is above 'Z': where only the first holds, bit 5 makes it lower.
// No sum reaches 0x100, so none carries into the byte beside it. For example:
//
//	            'G'    'e'    '['    0xc7
//	w           47     65     5b     c7
//	low         47     65     5b     47     without the top bits
//	fromA       86     a4     9a     86     low + 3f: from 'A' on the top bit is set
//	aboveZ      6c     8a     80     6c     low + 25: above 'Z' it is
//	upper       80     00     00     00     fromA and not aboveZ, and w below 80
//	upper>>2    20     00     00     00     the bit between 'G' and 'g'
//	result      67     65     5b     c7
func toLower(w uint64) uint64 {
	const ones = 0x0101010101010101
	low := w &^ (0x80 * ones)
	fromA := low + 0x3f*ones
	aboveZ := low + 0x25*ones
	upper := fromA &^ aboveZ &^ w & (0x80 * ones)
	return w | upper>>2
}
