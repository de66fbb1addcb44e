// sort.go: SORT: the elements of a list, set or sorted set in another order.
//
//	SORT l                          as numbers
//	SORT l ALPHA DESC               as bytes, backwards
//	SORT l BY weight_* GET # GET h_*->name
//	                                each element stands for * in a key: that key's value is
//	                                what counts, and others are what is answered
//	SORT l BY nosort LIMIT 5 10     no * in it: nothing is sorted, but taken as it stands
//	SORT l STORE k                  a list, in the place of k
//
// All elements are copied before anything else is looked up, since a key that is found to
// have expired is deleted. Equal ones stay in the order in which they were.
//
//	room   | 3 | 1 | 10 | 7 | 5 | ...      elements, and the values of BY keys
//	items  [ text 0..1, by 4..5 ] ...      where in it
//
// O(n log n) for n elements, and a lookup for each BY and GET; O(n) if nothing is sorted.
// Redis: sort.c, sortCommandGeneric.

package command

import (
	"bytes"
	"cmp"
	"slices"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
)

var sortCommands = []Row{
	row("sort", sortKey, -2, Write|DenyOOM|MovableKeys, ACLSet|ACLSortedSet|ACLList|ACLDangerous, sortKeys,
		doc("1.0.0", "O(N+M*log(M)) where N is the number of elements, and M that of those that are answered", "<key> [BY <pattern>] [LIMIT <offset> <count>] [GET <pattern> [GET <pattern> ...]] [ASC|DESC] [ALPHA] [STORE <destination>]", "Answers or stores the elements of a list, a set or a sorted set in order.")),
	row("sort_ro", sortReadOnly, -2, ReadOnly|MovableKeys, ACLSet|ACLSortedSet|ACLList|ACLDangerous, sortReadKeys,
		doc("7.0.0", "O(N+M*log(M)) where N is the number of elements, and M that of those that are answered", "<key> [BY <pattern>] [LIMIT <offset> <count>] [GET <pattern> [GET <pattern> ...]] [ASC|DESC] [ALPHA]", "Answers the elements of a list, a set or a sorted set in order.")),
}

const errNotScore = "ERR One or more scores can't be converted into double"

// sorting is one SORT.
type sorting struct {
	c            *Client
	by           []byte   // nil is the elements themselves
	gets         [][]byte // none is the elements themselves
	store        []byte
	stores       bool
	desc, alpha  bool
	asItStands   bool // nothing is sorted
	offset, most int64

	room  []byte // of all bytes that items name
	items []sortItem
	key   []byte // room for a key that is looked up
}

// sortItem is an element: where its bytes are, and what it is sorted by.
type sortItem struct {
	text, by span
	hasBy    bool
	score    float64
}

// span is a part of room.
type span struct{ from, to int }

func (s *sorting) bytes(p span) []byte { return s.room[p.from:p.to] }

func sortKey(c *Client)      { sortGeneric(c, true) }
func sortReadOnly(c *Client) { sortGeneric(c, false) }

func sortGeneric(c *Client, mayStore bool) {
	s := &sorting{c: c, most: -1}
	if !s.parse(c.Args[2:], mayStore) {
		return
	}
	o := c.DB.LookupRead(c.Args[1])
	if o != nil && o.Type() != object.ListType && o.Type() != object.SetType && o.Type() != object.SortedSetType {
		c.ReplyError(engine.ErrWrongType)
		return
	}
	if o != nil && !s.load(o) {
		return
	}
	if !s.asItStands && !s.sort() {
		c.ReplyError(errNotScore)
		return
	}
	from, to := s.limit(len(s.items))
	s.items = s.items[from:to]
	if s.stores {
		s.storeList()
	} else {
		s.reply()
	}
}

// parse reads the options, or replies the error.
func (s *sorting) parse(args [][]byte, mayStore bool) (ok bool) {
	for ; len(args) > 0; args = args[1:] {
		left := len(args) - 1
		switch {
		case engine.IsOption(args[0], "asc"):
			s.desc = false
		case engine.IsOption(args[0], "desc"):
			s.desc = true
		case engine.IsOption(args[0], "alpha"):
			s.alpha = true
		case engine.IsOption(args[0], "limit") && left >= 2:
			if s.offset, ok = s.c.ParseInt(args[1]); !ok {
				return false
			}
			if s.most, ok = s.c.ParseInt(args[2]); !ok {
				return false
			}
			args = args[2:]
		case engine.IsOption(args[0], "store") && left >= 1 && mayStore:
			s.store, s.stores, args = args[1], true, args[1:]
		case engine.IsOption(args[0], "by") && left >= 1:
			s.by, args = args[1], args[1:]
			s.asItStands = s.asItStands || star(s.by) < 0
		case engine.IsOption(args[0], "get") && left >= 1:
			s.gets, args = append(s.gets, args[1]), args[1:]
		default:
			s.c.ReplyError(engine.ErrSyntax)
			return false
		}
	}
	return true
}

// limit is which of n elements LIMIT wants: from the first to before the last.
func (s *sorting) limit(n int) (from, to int) {
	from = int(min(max(s.offset, 0), int64(n)))
	if s.most < 0 {
		return from, n
	}
	return from, int(min(s.most, int64(n-from))) + from
}

// load copies the elements; where nothing is sorted those that are wanted only, in the order
// in which they stand. It replies the error if there is no memory for that.
func (s *sorting) load(o *object.Object) (ok bool) {
	if s.asItStands && o.Type() == object.SetType && s.stores { // what is logged must not depend on a hash table
		s.asItStands, s.alpha, s.by = false, true, nil
	}
	if !s.c.HasRoomBeside(o.MemoryUsage(sizeSamples) + o.Count()*sortItemSize) {
		return false
	}
	if !s.asItStands || o.Type() == object.SetType {
		s.items = make([]sortItem, 0, o.Count())
		o.Items(0, allItems, func(i object.Item) { s.add(i.Name) })
		return true
	}
	from, to := s.limit(o.Count())
	s.items = make([]sortItem, 0, to-from)
	if o.Type() == object.ListType {
		s.loadList(o, from, to-from)
	} else {
		s.loadSorted(o, from, to-from)
	}
	s.offset, s.most = 0, -1 // it is done
	return true
}

// sortItemSize is about how many bytes an item takes beside its bytes.
const sortItemSize = 56

func (s *sorting) add(text []byte) {
	from := len(s.room)
	s.room = append(s.room, text...)
	s.items = append(s.items, sortItem{text: span{from, len(s.room)}})
}

// loadList copies n elements of a list, from a place on; with DESC from the end.
func (s *sorting) loadList(o *object.Object, from, n int) {
	l := o.List(s.c.DB.Env())
	if s.desc {
		from = l.Len() - 1 - from
	}
	var room object.Room
	for p := l.Seek(from); n > 0; n-- {
		s.add(object.TextOf(l.At(p), &room))
		p = l.Step(p, !s.desc)
	}
}

// loadSorted copies n members of a sorted set, from a rank on; with DESC from the end.
func (s *sorting) loadSorted(o *object.Object, from, n int) {
	if n == 0 {
		return
	}
	z := o.SortedSet(s.c.DB.Env())
	if s.desc {
		from = z.Len() - 1 - from
	}
	var room object.Room
	for at := z.At(from); ; {
		member, _ := z.Member(at, &room)
		s.add(member)
		if n--; n == 0 {
			return
		}
		if s.desc {
			at = z.Prev(at)
		} else {
			at = z.Next(at)
		}
	}
}

// sort sorts the items. It reports false if one should be a number, and is none.
func (s *sorting) sort() (ok bool) {
	for i := range s.items {
		item := &s.items[i]
		if item.by, item.hasBy = item.text, true; s.by != nil {
			from := len(s.room)
			s.room, item.hasBy = s.appendValue(s.room, s.by, item.text)
			item.by = span{from, len(s.room)}
		}
		if !s.alpha && item.hasBy {
			if item.score, ok = parseSortScore(s.bytes(item.by)); !ok {
				return false
			}
		}
	}
	slices.SortStableFunc(s.items, s.compare)
	return true
}

// compare is Redis' sortCompare. Elements of one score are in the order of their bytes, so
// that the result does not depend on how a set keeps them.
func (s *sorting) compare(a, b sortItem) (order int) {
	switch {
	case !s.alpha:
		if order = cmp.Compare(a.score, b.score); order == 0 {
			order = bytes.Compare(s.bytes(a.text), s.bytes(b.text))
		}
	case a.hasBy && b.hasBy:
		order = bytes.Compare(s.bytes(a.by), s.bytes(b.by))
	case a.hasBy:
		order = 1
	case b.hasBy:
		order = -1
	}
	if s.desc {
		return -order
	}
	return order
}

// parseSortScore reads a number as C's strtod does: behind spaces, up to a NUL; nothing is 0.
func parseSortScore(b []byte) (score float64, ok bool) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, true
	}
	return number.ParseFloat(bytes.TrimLeft(b, " \t\n\v\f\r"))
}

// star is where in a pattern the * is that an element stands for; -1 if there is none. A NUL
// ends it, as in C.
func star(pattern []byte) int {
	if i := bytes.IndexByte(pattern, 0); i >= 0 {
		pattern = pattern[:i]
	}
	return bytes.IndexByte(pattern, '*')
}

// splitField splits a pattern behind its * into the key's end and a hash's field, which is
// nil if it names none: "_*->name".
func splitField(rest []byte) (end, field []byte) {
	text := rest
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	if i := bytes.Index(text, []byte("->")); i >= 0 && i+2 < len(text) {
		return rest[:i], rest[i+2:]
	}
	return rest, nil
}

// appendValue appends what a pattern names for an element: itself, a string, or a hash's
// field. ok is false if there is no such value. Redis: lookupKeyByPattern.
func (s *sorting) appendValue(dst, pattern []byte, element span) (_ []byte, ok bool) {
	if string(pattern) == "#" {
		return append(dst, s.bytes(element)...), true
	}
	at := star(pattern)
	if at < 0 {
		return dst, false
	}
	end, field := splitField(pattern[at+1:])
	s.key = append(append(append(s.key[:0], pattern[:at]...), s.bytes(element)...), end...)
	o := s.c.DB.LookupRead(s.key)
	switch {
	case o == nil:
		return dst, false
	case field == nil && o.Type() == object.StringType:
		return o.AppendTo(dst), true
	case field != nil && o.Type() == object.HashType:
		var room object.Room
		value, ok := o.Hash(s.c.DB.Env()).Get(field, &room)
		return append(dst, value...), ok
	}
	return dst, false
}

// reply answers the items, or what GET wants of each.
func (s *sorting) reply() {
	s.c.ReplyArrayLen(len(s.items) * max(1, len(s.gets)))
	var value []byte
	for _, item := range s.items {
		if len(s.gets) == 0 {
			s.c.ReplyBulk(s.bytes(item.text))
		}
		for _, pattern := range s.gets {
			var ok bool
			if value, ok = s.appendValue(value[:0], pattern, item.text); ok {
				s.c.ReplyBulk(value)
			} else {
				s.c.ReplyNull()
			}
		}
		if s.c.TooLong() {
			return
		}
	}
}

// storeList stores what reply would answer; nulls are empty.
func (s *sorting) storeList() {
	c := s.c
	n := len(s.items) * max(1, len(s.gets))
	if n == 0 {
		deleteStored(c, s.store)
		c.ReplyInt(0)
		return
	}
	env := c.DB.Env()
	o := object.NewCollection(s.store, object.ListType, env)
	l := o.List(env)
	var value []byte
	for _, item := range s.items {
		for i := range max(1, len(s.gets)) {
			value = append(value[:0], s.bytes(item.text)...)
			if len(s.gets) > 0 {
				value, _ = s.appendValue(value[:0], s.gets[i], item.text)
			}
			if !c.HasRoomFor(len(value)) {
				object.Free(o)
				return
			}
			l.Push(false, value)
		}
	}
	c.DB.Store(o)
	c.Notify(NotifyList, "sortstore", s.store)
	c.MarkDirty(n)
	c.ReplyInt(int64(n))
}
