// Package geohash makes one number of a place, such that near places have near numbers.
//
//	geohash.go   places and cells: encode, decode, neighbours
//	search.go    which ranges of numbers an area is in; distances
//
// Halve the world: is the place in the eastern half? 1. In that half, is it in the
// northern one? 1. And so on, by turns, 26 times each: 52 bits, as many as a float64
// holds exactly, so that a sorted set can have it as a score. A cell of so many halvings is
// 60 cm wide at the equator, and each pair of bits dropped doubles that.
//
//	       west  │  east
//	┌────────────┼────────────┐
//	│     01     │     11     │   north    lon  1   0 ...
//	├────────────┼──────┬─────┤            lat    0   1 ...
//	│            │ 1001 │1011 │   south    bits 1 0 0 1 ...
//	│     00     ├──────┼─────┤
//	│            │ 1000 │1010 │   whatever is in the cell 10 has a number
//	└────────────┴──────┴─────┘   from 10 0000... to 10 1111...
//
// So a cell is a range of numbers; and a search reads a few ranges of a sorted set.
//
// Palermo, at 13.361389 east and 38.115556 north, in 26 bits each:
//
//	(13.361389+180) / 360            * 2^26 = 36,045,175   lon 10001001100000000101110111
//	(38.115556+85.05...) / 170.10... * 2^26 = 48,591,808   lat 10111001010111001111000000
//
// and bit by bit, lon first, 3,479,099,956,230,698: what ZSCORE says of it after GEOADD.
// The numbers are Redis' own; latitudes end at 85.05 degrees, where the maps of the web do.
//
// Why a search needs nine cells: two neighbours may have numbers far apart (0111 and 1101
// touch at the middle), and who stands at the edge of a cell is near to the next one.
//
// All functions are pure: no memory, O(1). Redis: geohash.c, geohash_helper.c, geo.c.
package geohash

// Point is a place, in degrees.
type Point struct{ Lon, Lat float64 }

const (
	MaxLon = 180
	MaxLat = 85.05112878

	maxStep = 26 // halvings in each direction
)

// Valid reports whether a place can be encoded.
func (p Point) Valid() bool {
	return p.Lon >= -MaxLon && p.Lon <= MaxLon && p.Lat >= -MaxLat && p.Lat <= MaxLat
}

// Encode is the number of a valid place, of 52 bits. O(1). Redis: geohashEncode.
func Encode(p Point) uint64 { return encode(p, MaxLat, maxStep) }

func encode(p Point, maxLat float64, step uint) uint64 {
	lat := (p.Lat + maxLat) / (maxLat - -maxLat)
	lon := (p.Lon + MaxLon) / (MaxLon - -MaxLon)
	cells := float64(uint64(1) << step)
	return spread(uint32(lat*cells)) | spread(uint32(lon*cells))<<1
}

// Decode is the middle of the cell whose number that is. O(1). Redis:
// geohashDecodeToLongLatWGS84.
func Decode(bits uint64) Point {
	a := cell{bits, maxStep}.area()
	return Point{
		Lon: max(-MaxLon, min(MaxLon, (a.min.Lon+a.max.Lon)/2)),
		Lat: max(-MaxLat, min(MaxLat, (a.min.Lat+a.max.Lat)/2)),
	}
}

// AppendText appends the geohash that the rest of the world writes, 11 characters of five
// bits. Its latitudes go to 90 degrees, so the place is encoded again; and 52 bits are
// ten characters and a bit, so the last one is always 0. Redis: geohashCommand.
func AppendText(dst []byte, bits uint64) []byte {
	const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"
	world := encode(Decode(bits), 90, maxStep)
	for i := 1; i <= 10; i++ {
		dst = append(dst, alphabet[world>>(2*maxStep-5*i)&0x1f])
	}
	return append(dst, alphabet[0])
}

// spread puts a zero in front of every bit: 1011 becomes 01 00 01 01. Each step moves half
// of each group away:
//
//	abcdefgh   ->   ....abcd....efgh   ->   ..ab..cd..ef..gh   ->   .a.b.c.d.e.f.g.h
func spread(n uint32) uint64 {
	x := uint64(n)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & lowBits
}

// gather is spread backwards: it takes every other bit.
func gather(x uint64) uint32 {
	x &= lowBits
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

const (
	lowBits  = 0x5555555555555555 // of latitudes
	highBits = 0xaaaaaaaaaaaaaaaa // of longitudes
)

// cell is a part of the world: step halvings in each direction.
type cell struct {
	bits uint64
	step uint
}

// area is where a cell is.
type area struct{ min, max Point }

func (c cell) area() area {
	lat, lon := float64(gather(c.bits)), float64(gather(c.bits>>1))
	part := 1 / float64(uint64(1)<<c.step) // exact, and to multiply by it is quicker than to divide
	const height, width = MaxLat - -MaxLat, MaxLon - -MaxLon
	return area{
		Point{-MaxLon + float64(lon*part*width), -MaxLat + float64(lat*part*height)},
		Point{-MaxLon + float64((lon+1)*part*width), -MaxLat + float64((lat+1)*part*height)},
	}
}

// moved is the cell that is so many to the east and to the north: -1, 0 or 1. The world
// is round, from north to south too. Adding 1 to every other bit: the bits between them
// are made ones before, so that they carry. Redis: geohash_move_x, geohash_move_y.
func (c cell) moved(east, north int) cell {
	all := uint64(1)<<(2*c.step) - 1
	return cell{step(c.bits&highBits, all&lowBits, east)&highBits&all | step(c.bits&lowBits, all&highBits, north)&lowBits&all, c.step}
}

// step adds 1 to the bits that are not between, or takes 1 away.
func step(bits, between uint64, by int) uint64 {
	switch {
	case by > 0:
		return bits + between + 1
	case by < 0:
		return (bits | between) - (between + 1)
	}
	return bits
}

// scores are the numbers of the places in a cell. Redis: scoresOfGeoHashBox.
func (c cell) scores() Scores {
	shift := 2 * (maxStep - c.step)
	return Scores{c.bits << shift, (c.bits + 1) << shift}
}
