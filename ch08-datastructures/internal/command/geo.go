// geo.go: places, which are members of a sorted set: their scores are their geohashes
// (structures/geohash). So ZREM deletes them, and ZRANGE lists them. Redis: geo.c.

package command

import (
	"strconv"
	"strings"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/number"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/geohash"
)

var geoCommands = []Row{
	row("geoadd", geoadd, -5, Write|DenyOOM, ACLGeo, updateKey,
		doc("3.2.0", "O(log(N))", "<key> [NX|XX] [CH] <longitude> <latitude> <member> [<longitude> <latitude> <member> ...]", "Adds places to a sorted set.")),
	row("geopos", geopos, -2, ReadOnly, ACLGeo, readKey,
		doc("3.2.0", "O(N)", "<key> <member> [<member> ...]", "Answers where members are.")),
	row("geodist", geodist, -4, ReadOnly, ACLGeo, readKey,
		doc("3.2.0", "O(log(N))", "<key> <member1> <member2> [M|KM|FT|MI]", "Answers how far two members are from each other.")),
	row("geohash", geohashCommand, -2, ReadOnly, ACLGeo, readKey,
		doc("3.2.0", "O(log(N))", "<key> <member> [<member> ...]", "Answers the geohashes of members.")),
	row("geosearch", geosearch, -7, ReadOnly, ACLGeo, readKey,
		doc("6.2.0", "O(N+log(M))", "<key> (FROMMEMBER <member>|FROMLONLAT <longitude> <latitude>) (BYRADIUS <radius> (M|KM|FT|MI)|BYBOX <width> <height> (M|KM|FT|MI)) [ASC|DESC] [COUNT <count> [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]", "Answers the members in a circle or a box.")),
	row("geosearchstore", geosearchstore, -8, Write|DenyOOM, ACLGeo, storeFromOne,
		doc("6.2.0", "O(N+log(M))", "<destination> <source> (FROMMEMBER <member>|FROMLONLAT <longitude> <latitude>) (BYRADIUS <radius> (M|KM|FT|MI)|BYBOX <width> <height> (M|KM|FT|MI)) [ASC|DESC] [COUNT <count> [ANY]] [STOREDIST]", "Stores the members in a circle or a box.")),
	row("georadius", georadius, -6, Write|DenyOOM|MovableKeys, ACLGeo, geoStoreKeys,
		deprecated("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument", doc("3.2.0", "O(N+log(M))", "<key> <longitude> <latitude> <radius> (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> [ANY]] [ASC|DESC] [STORE <key>] [STOREDIST <key>]", "Answers the members in a circle around a place, or stores them."))),
	row("georadius_ro", georadiusRO, -6, ReadOnly, ACLGeo, readKey,
		deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument", doc("3.2.10", "O(N+log(M))", "<key> <longitude> <latitude> <radius> (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> [ANY]] [ASC|DESC]", "Answers the members in a circle around a place."))),
	row("georadiusbymember", georadiusbymember, -5, Write|DenyOOM|MovableKeys, ACLGeo, geoMemberStoreKeys,
		deprecated("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments", doc("3.2.0", "O(N+log(M))", "<key> <member> <radius> (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> [ANY]] [ASC|DESC] [STORE <key>] [STOREDIST <key>]", "Answers the members in a circle around a member, or stores them."))),
	row("georadiusbymember_ro", georadiusbymemberRO, -5, ReadOnly, ACLGeo, readKey,
		deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments", doc("3.2.10", "O(N+log(M))", "<key> <member> <radius> (M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> [ANY]] [ASC|DESC]", "Answers the members in a circle around a member."))),
}

// geoStoring are the keys of a search that may be stored: the options stand from that word on.
func geoStoring(from int) []engine.KeySpec {
	store := func(word string) engine.KeySpec {
		return engine.KeySpec{Keyword: word, First: from, Step: 1, Flags: engine.KeyOW | engine.KeyUpdate}
	}
	return append(keySpec(1, 1, engine.KeyRO|engine.KeyAccess, ""), store("STORE"), store("STOREDIST"))
}

var (
	geoStoreKeys       = geoStoring(6)
	geoMemberStoreKeys = geoStoring(5)
)

// parsePlace reads a longitude and a latitude, or replies the error. Redis:
// extractLongLatOrReply.
func parsePlace(c *Client, args [][]byte) (p geohash.Point, ok bool) {
	lon, ok1 := number.ParseFloat(args[0])
	lat, ok2 := number.ParseFloat(args[1])
	if !ok1 || !ok2 {
		c.ReplyError(errNotFloat)
		return p, false
	}
	p = geohash.Point{Lon: lon, Lat: lat}
	if !p.Valid() {
		c.ReplyError("ERR invalid longitude,latitude pair " + strconv.FormatFloat(lon, 'f', 6, 64) + "," + strconv.FormatFloat(lat, 'f', 6, 64))
		return p, false
	}
	return p, true
}

// geoadd answers GEOADD: it is a ZADD. Redis: geoaddCommand.
func geoadd(c *Client) {
	var options addOptions
	places := c.Args[2:]
	for len(places) > 0 && isGeoOption(places[0]) && options.parse(places[0]) {
		places = places[1:]
	}
	if len(places)%3 != 0 || len(places) == 0 || options.onlyNew && options.onlyOld {
		c.ReplyError(engine.ErrSyntax)
		return
	}
	var few [16]float64
	scores := few[:0]
	for left := places; len(left) > 0; left = left[3:] {
		p, ok := parsePlace(c, left)
		if !ok {
			return
		}
		scores = append(scores, float64(geohash.Encode(p)))
	}
	if c.Engine.IsLogging() {
		c.PropagateAs(wordZadd)
		for _, word := range c.Args[1 : len(c.Args)-len(places)] {
			c.PropagateMore(word)
		}
		for i, score := range scores {
			c.PropagateMore(strconv.AppendInt(nil, int64(score), 10))
			c.PropagateMore(places[3*i+2])
		}
	}
	options.add(c, places, 3, scores)
}

// isGeoOption reports whether ZADD's option of this name is GEOADD's, too.
func isGeoOption(arg []byte) bool {
	return engine.IsOption(arg, "nx") || engine.IsOption(arg, "xx") || engine.IsOption(arg, "ch")
}

var wordZadd = []byte("ZADD")

// units are what a distance may be given in, in metres.
var units = map[string]float64{"m": 1, "km": 1000, "ft": 0.3048, "mi": 1609.34}

// parseUnit reads a unit, in metres, or replies the error. Redis: extractUnitOrReply.
func parseUnit(c *Client, arg []byte) (metres float64, ok bool) {
	if metres, ok = units[lowerWord(arg)]; !ok {
		c.ReplyError("ERR unsupported unit provided. please use M, KM, FT, MI")
	}
	return metres, ok
}

// placeOf is the place of a member; ok is false if there is none. Redis: longLatFromMember.
func placeOf(c *Client, o *object.Object, member []byte) (p geohash.Point, ok bool) {
	f := o.SortedSet(c.DB.Env()).Find(member)
	if !f.Found() {
		return p, false
	}
	return geohash.Decode(uint64(f.Score)), true
}

// replyPlace replies a longitude and a latitude.
func replyPlace(c *Client, p geohash.Point) {
	c.ReplyArrayLen(2)
	c.ReplyReadable(p.Lon)
	c.ReplyReadable(p.Lat)
}

// replyDistance replies a distance, with four digits behind the point. Redis:
// addReplyDoubleDistance.
func replyDistance(c *Client, distance float64) {
	var room [64]byte
	c.ReplyBulk(strconv.AppendFloat(room[:0], distance, 'f', 4, 64))
}

func geopos(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		if o != nil {
			if p, ok := placeOf(c, o, member); ok {
				replyPlace(c, p)
				continue
			}
		}
		c.ReplyNullArray()
	}
}

// geohashCommand answers GEOHASH.
func geohashCommand(c *Client) {
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	c.ReplyArrayLen(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		if o != nil {
			if f := o.SortedSet(c.DB.Env()).Find(member); f.Found() {
				var room [16]byte
				c.ReplyBulk(geohash.AppendText(room[:0], uint64(f.Score)))
				continue
			}
		}
		c.ReplyNull()
	}
}

// geodist answers GEODIST. Redis: geodistCommand.
func geodist(c *Client) {
	metres, ok := 1.0, true
	switch {
	case len(c.Args) == 5:
		if metres, ok = parseUnit(c, c.Args[4]); !ok {
			return
		}
	case len(c.Args) > 5:
		c.ReplyError(engine.ErrSyntax)
		return
	}
	o, ok := lookup(c, c.Args[1], object.SortedSetType)
	if !ok {
		return
	}
	if o != nil {
		a, ok1 := placeOf(c, o, c.Args[2])
		b, ok2 := placeOf(c, o, c.Args[3])
		if ok1 && ok2 {
			replyDistance(c, geohash.Distance(a, b)/metres)
			return
		}
	}
	c.ReplyNull()
}

// requestName is a command's name as the request has it, for an error.
func requestName(c *Client) string { return strings.Clone(engine.Quoted(c.Args[0], engine.MaxQuoted)) }
