// geo_search.go: the places in a circle or a box, answered or stored.
//
// The shape lies in up to nine cells, each of which is a range of scores; what stands there
// is looked at one by one. Redis: geo.c, georadiusGeneric and membersOfAllNeighbors.

package command

import (
	"cmp"
	"slices"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/geohash"
)

// geoQuery is what a search asks for.
type geoQuery struct {
	shape  geohash.Shape
	unit   float64 // of the distances that are answered, in metres
	source *object.Object

	fromMember, fromPlace, byRadius, byBox bool
	withDist, withHash, withCoord          bool

	any       bool // as soon as there are enough, whichever they are
	ascending bool
	sorted    bool
	count     int // 0 is all

	store     []byte // where the places go; nil if they are answered
	event     string // that this is
	storeDist bool   // with their distances as scores
}

// geoForm is which of the commands it is.
type geoForm struct {
	mayStore, isSearch, isSearchStore bool
}

func geosearch(c *Client) {
	searchPlaces(c, c.Args[1], c.Args[2:], geoForm{isSearch: true})
}

func geosearchstore(c *Client) {
	searchPlaces(c, c.Args[2], c.Args[3:], geoForm{isSearch: true, isSearchStore: true})
}

// searchPlaces answers GEOSEARCH and GEOSEARCHSTORE.
func searchPlaces(c *Client, source []byte, options [][]byte, form geoForm) {
	o, ok := lookup(c, source, object.SortedSetType)
	if !ok {
		return
	}
	q := geoQuery{source: o, unit: 1}
	if form.isSearchStore {
		q.store, q.event = c.Args[1], "geosearchstore"
	}
	if q.parseOptions(c, options, form) {
		q.run(c)
	}
}

func georadius(c *Client)           { radiusOfPlace(c, geoForm{mayStore: true}) }
func georadiusRO(c *Client)         { radiusOfPlace(c, geoForm{}) }
func georadiusbymember(c *Client)   { radiusOfMember(c, geoForm{mayStore: true}) }
func georadiusbymemberRO(c *Client) { radiusOfMember(c, geoForm{}) }

// radiusOfPlace answers GEORADIUS and GEORADIUS_RO.
func radiusOfPlace(c *Client, form geoForm) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	q := geoQuery{source: o, event: "georadiusstore"}
	if q.shape.Center, ok = parsePlace(c, c.Args[2:]); !ok || !q.parseRadius(c, c.Args[4:]) {
		return
	}
	if q.parseOptions(c, c.Args[6:], form) {
		q.run(c)
	}
}

// radiusOfMember answers GEORADIUSBYMEMBER and GEORADIUSBYMEMBER_RO.
func radiusOfMember(c *Client, form geoForm) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	q := geoQuery{source: o, unit: 1, event: "georadiusstore"}
	if o != nil && (!q.startFrom(c, c.Args[2]) || !q.parseRadius(c, c.Args[3:])) {
		return
	}
	if q.parseOptions(c, c.Args[5:], form) {
		q.run(c)
	}
}

// startFrom makes a member's place the middle, or replies the error.
func (q *geoQuery) startFrom(c *Client, member []byte) (ok bool) {
	if q.shape.Center, ok = placeOf(c, q.source, member); !ok {
		c.ReplyError("ERR could not decode requested zset member")
	}
	return ok
}

// parseRadius reads a radius and its unit, or replies the error. Redis: extractDistanceOrReply.
func (q *geoQuery) parseRadius(c *Client, args [][]byte) (ok bool) {
	radius, ok := number.ParseFloat(args[0])
	switch {
	case !ok:
		c.ReplyError("ERR need numeric radius")
		return false
	case radius < 0:
		c.ReplyError("ERR radius cannot be negative")
		return false
	}
	q.unit, ok = parseUnit(c, args[1])
	q.shape.Radius = radius * q.unit
	return ok
}

// parseBox reads a width, a height and their unit, or replies the error. Redis:
// extractBoxOrReply.
func (q *geoQuery) parseBox(c *Client, args [][]byte) (ok bool) {
	width, ok1 := number.ParseFloat(args[0])
	height, ok2 := number.ParseFloat(args[1])
	switch {
	case !ok1:
		c.ReplyError("ERR need numeric width")
		return false
	case !ok2:
		c.ReplyError("ERR need numeric height")
		return false
	case width < 0 || height < 0:
		c.ReplyError("ERR height or width cannot be negative")
		return false
	}
	q.unit, ok = parseUnit(c, args[2])
	q.shape.IsBox = true
	q.shape.Width, q.shape.Height = width*q.unit, height*q.unit
	return ok
}

// parseOptions reads the options and sees whether they go together, or replies the error.
func (q *geoQuery) parseOptions(c *Client, args [][]byte, form geoForm) bool {
	for len(args) > 0 {
		n, known := q.parseFlag(args[0], form), true
		if n == 0 {
			var ok bool
			if n, known, ok = q.parseOption(c, args, form); !ok {
				return false
			}
		}
		if !known {
			c.ReplyError(engine.ErrSyntax)
			return false
		}
		args = args[n:]
	}
	return q.check(c, form)
}

// parseFlag reads an option of one word, and returns 1 if it is one.
func (q *geoQuery) parseFlag(arg []byte, form geoForm) (words int) {
	switch {
	case engine.IsOption(arg, "withdist"):
		q.withDist = true
	case engine.IsOption(arg, "withhash"):
		q.withHash = true
	case engine.IsOption(arg, "withcoord"):
		q.withCoord = true
	case engine.IsOption(arg, "any"):
		q.any = true
	case engine.IsOption(arg, "asc"):
		q.sorted, q.ascending = true, true
	case engine.IsOption(arg, "desc"):
		q.sorted, q.ascending = true, false
	case form.isSearchStore && engine.IsOption(arg, "storedist"):
		q.storeDist = true
	default:
		return 0
	}
	return 1
}

// parseOption reads an option with arguments: how many words it has, and whether it is one.
// ok is false if it has replied an error.
func (q *geoQuery) parseOption(c *Client, args [][]byte, form geoForm) (words int, known, ok bool) {
	has := func(name string, words int) bool { return len(args) >= words && engine.IsOption(args[0], name) }
	switch {
	case has("count", 2):
		n, ok := c.ParseInt(args[1])
		if ok && n <= 0 {
			c.ReplyError("ERR COUNT must be > 0")
			return 0, true, false
		}
		q.count = int(n)
		return 2, true, ok
	case form.mayStore && (has("store", 2) || has("storedist", 2)):
		q.store, q.storeDist = args[1], !engine.IsOption(args[0], "store")
		return 2, true, true
	case !form.isSearch:
	case has("frommember", 2) && !q.fromPlace:
		q.fromMember = true
		return 2, true, q.source == nil || q.startFrom(c, args[1])
	case has("fromlonlat", 3) && !q.fromMember:
		q.fromPlace = true
		q.shape.Center, ok = parsePlace(c, args[1:])
		return 3, true, ok
	case has("byradius", 3) && !q.byBox:
		q.byRadius = true
		return 3, true, q.parseRadius(c, args[1:])
	case has("bybox", 4) && !q.byRadius:
		q.byBox = true
		return 4, true, q.parseBox(c, args[1:])
	}
	return 0, false, true
}

// check replies the error if the options do not go together.
func (q *geoQuery) check(c *Client, form geoForm) bool {
	why := ""
	switch {
	case q.store != nil && (q.withDist || q.withHash || q.withCoord):
		why = "STORE option in GEORADIUS"
		if form.isSearchStore {
			why = "GEOSEARCHSTORE"
		}
		why += " is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
	case form.isSearch && !q.fromMember && !q.fromPlace:
		why = "exactly one of FROMMEMBER or FROMLONLAT can be specified for " + requestName(c)
	case form.isSearch && !q.byRadius && !q.byBox:
		why = "exactly one of BYRADIUS and BYBOX can be specified for " + requestName(c)
	case q.any && q.count == 0:
		why = "the ANY argument requires COUNT argument"
	default:
		return true
	}
	c.ReplyError("ERR " + why)
	return false
}

// found is a member in the shape: where it stands, as long as nobody changes the sorted set.
type found struct {
	at       object.Place
	score    float64
	distance float64 // metres from the middle
}

// run searches, and replies or stores what it finds.
func (q *geoQuery) run(c *Client) {
	if q.source == nil {
		if q.store == nil {
			c.ReplyArrayLen(0)
			return
		}
		store(c, object.NewCollection(q.store, object.SortedSetType, c.DB.Env()), q.event)
		return
	}
	if q.count > 0 && !q.sorted && !q.any { // the nearest ones are meant
		q.sorted, q.ascending = true, true
	}
	var room [few]found
	all := q.search(c, room[:0])
	if q.sorted && !q.keepsFew() {
		slices.SortFunc(all, q.compare)
	}
	if q.count > 0 {
		all = all[:min(q.count, len(all))]
	}
	if q.store == nil {
		q.reply(c, all)
		return
	}
	result := object.NewCollection(q.store, object.SortedSetType, c.DB.Env())
	from, to := q.source.SortedSet(c.DB.Env()), result.SortedSet(c.DB.Env())
	var digits object.Room
	for _, f := range all {
		member, score := from.Member(f.at, &digits)
		if q.storeDist {
			score = f.distance / q.unit
		}
		to.Add(member, score)
	}
	to.Compact()
	store(c, result, q.event)
	c.MarkDirty(max(0, len(all)-1))
}

// compare orders two members by their distances.
func (q *geoQuery) compare(a, b found) int {
	if q.ascending {
		return cmp.Compare(a.distance, b.distance)
	}
	return cmp.Compare(b.distance, a.distance)
}

// few is how many members are kept in order while the others are looked for: a place among
// so many is found faster than all are sorted.
const few = 64

// keepsFew reports whether search gives the members in order already, and no more than are
// wanted.
func (q *geoQuery) keepsFew() bool { return q.sorted && !q.any && q.count > 0 && q.count <= few }

// keep adds a member to those that are kept in order, if it belongs there. When there are
// enough near ones, farther ones are not looked for any more.
func (q *geoQuery) keep(all []found, f found) []found {
	if len(all) == q.count {
		if q.compare(all[len(all)-1], f) <= 0 {
			return all
		}
		all = all[:len(all)-1]
	}
	all = append(all, f)
	for i := len(all) - 1; i > 0 && q.compare(all[i-1], f) > 0; i-- {
		all[i-1], all[i] = f, all[i-1]
	}
	if q.ascending && len(all) == q.count {
		q.shape.Narrow(all[len(all)-1].distance)
	}
	return all
}

// search appends the members in the shape, in the order of the cells; if few are wanted, those,
// in the order of their distances.
func (q *geoQuery) search(c *Client, all []found) []found {
	s := q.source.SortedSet(c.DB.Env())
	var cells [9]geohash.Scores
	for _, cell := range q.shape.Ranges(&cells) {
		r := object.Range{Low: object.AtScore(float64(cell.Min), false), High: object.AtScore(float64(cell.Max), true)}
		first, end := s.Ranks(&r)
		for rank, at := first, s.At(first); rank < end; rank, at = rank+1, s.Next(at) {
			score := s.Score(at)
			distance, ok := q.shape.Holds(uint64(score))
			switch f := (found{at, score, distance}); {
			case !ok:
			case q.keepsFew():
				all = q.keep(all, f)
			default:
				if all = append(all, f); q.any && len(all) == q.count {
					return all
				}
			}
		}
	}
	return all
}

func (q *geoQuery) reply(c *Client, all []found) {
	parts := 1
	for _, with := range []bool{q.withDist, q.withHash, q.withCoord} {
		if with {
			parts++
		}
	}
	c.ReplyArrayLen(len(all))
	s := q.source.SortedSet(c.DB.Env())
	var room object.Room
	for _, f := range all {
		if parts > 1 {
			c.ReplyArrayLen(parts)
		}
		member, _ := s.Member(f.at, &room)
		c.ReplyBulk(member)
		if q.withDist {
			replyDistance(c, f.distance/q.unit)
		}
		if q.withHash {
			c.ReplyInt(int64(f.score))
		}
		if q.withCoord {
			replyPlace(c, geohash.Decode(uint64(f.score)))
		}
	}
}
