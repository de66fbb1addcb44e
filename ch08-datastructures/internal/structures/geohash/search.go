// search.go: what is near.
//
// Around the middle of an area lie nine cells, of a size such that they cover it:
//
//	┌───────┬───────┬───────┐
//	│       │   ╭───┼───╮   │     Those that the area cannot reach are left out: here the
//	│ nw    │ n │   │   │ne │     three in the south, as the middle's cell goes further
//	├───────┼───┼───┼───┼───┤     south than the area.
//	│       │   ╰───┼───╯   │
//	│ w     │   •   │ e     │
//	├───────┼───────┼───────┤
//	│ sw    │ s     │ se    │
//	└───────┴───────┴───────┘
//
// Each that is left is a range of scores; what is found there is measured. With 1,000,000
// places spread over the world 10 km around one of them are nine short ranges, and not a
// million distances.
//
// Redis: geohash_helper.c, geohashCalculateAreasByShapeWGS84; geo.c, membersOfAllNeighbors.

package geohash

import "math"

const (
	earthRadius = 6372797.560856 // metres
	mercatorMax = 20037726.37    // half of the equator
)

// Scores are numbers from Min up to, and without, Max.
type Scores struct{ Min, Max uint64 }

// Shape is an area: a circle if it has a radius, or else a box. All in metres.
type Shape struct {
	Center        Point
	Radius        float64
	Width, Height float64
	IsBox         bool

	reach reach
}

// reach is how far from the middle the places are that are wanted: so that nearly all others
// are told by a comparison of two numbers. What it lets in is measured.
type reach struct {
	west, south uint32 // the first numbers, of 26 bits, that a place may have,
	wide, high  uint32 // and how many more
	haversine   float64
	middleCos   float64 // the cosine of the middle's latitude
}

// Ranges are those of the scores that the places of the shape may have, in Redis' order: so
// GEOSEARCH with no order answers as Redis. Not all that is there is in the shape: ask
// Holds.
func (s *Shape) Ranges(room *[9]Scores) []Scores {
	s.reach.middleCos = math.Cos(radians(s.Center.Lat))
	if s.IsBox {
		s.Narrow(math.Inf(1))
	} else {
		s.Narrow(s.Radius)
	}
	low, high := s.bounds()
	middle := s.cell(low, high)
	at := middle.area()
	// What the middle's cell covers already needs no neighbour on that side.
	north, south, east, west := true, true, true, true
	if middle.step >= 2 {
		south = at.min.Lat >= low.Lat
		north = at.max.Lat <= high.Lat
		west = at.min.Lon >= low.Lon
		east = at.max.Lon <= high.Lon
	}
	ranges := append(room[:0], middle.scores())
	last := middle
	for _, d := range [...]struct{ east, north int }{
		{0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1},
	} {
		if d.north > 0 && !north || d.north < 0 && !south || d.east > 0 && !east || d.east < 0 && !west {
			continue
		}
		c := middle.moved(d.east, d.north)
		if c == last { // a world of four cells has the same one on both sides
			continue
		}
		ranges = append(ranges, c.scores())
		last = c
	}
	return ranges
}

// cell is the one in which the middle is, of a size such that it and its neighbours cover
// the shape.
func (s *Shape) cell(low, high Point) cell {
	radius := s.Radius
	if s.IsBox {
		radius = math.Sqrt(float64(s.Width/2*(s.Width/2)) + float64(s.Height/2*(s.Height/2)))
	}
	step := stepFor(radius, s.Center.Lat)
	c := cell{encode(s.Center, MaxLat, step), step}
	if step > 1 && (c.moved(0, 1).area().max.Lat < high.Lat || c.moved(0, -1).area().min.Lat > low.Lat ||
		c.moved(1, 0).area().max.Lon < high.Lon || c.moved(-1, 0).area().min.Lon > low.Lon) {
		step--
		c = cell{encode(s.Center, MaxLat, step), step}
	}
	return c
}

// stepFor is how many halvings leave cells of about the radius. Near to the poles they
// are narrow, so larger ones are taken. Redis: geohashEstimateStepsByRadius.
func stepFor(radius, lat float64) uint {
	if radius == 0 {
		return maxStep
	}
	step := 1
	for ; radius < mercatorMax; radius *= 2 {
		step++
	}
	step -= 2
	if lat > 66 || lat < -66 {
		step--
	}
	if lat > 80 || lat < -80 {
		step--
	}
	return uint(max(1, min(maxStep, step)))
}

// bounds are the box around the shape, in degrees. A degree of longitude is shortest
// where it is farthest from the equator. Redis: geohashBoundingBox.
func (s *Shape) bounds() (low, high Point) {
	height, width := s.Radius, s.Radius
	if s.IsBox {
		height, width = s.Height/2, s.Width/2
	}
	lat := degrees(height / earthRadius)
	farther := s.Center.Lat + lat
	if s.Center.Lat < 0 {
		farther = s.Center.Lat - lat
	}
	lon := degrees(width / earthRadius / math.Cos(radians(farther)))
	return Point{s.Center.Lon - lon, s.Center.Lat - lat}, Point{s.Center.Lon + lon, s.Center.Lat + lat}
}

// Narrow says that no place is wanted from now on that is farther from the middle than so
// many metres. Whoever looks for the nearest ten says it when there are ten, and again for
// each that is nearer.
//
// A circle reaches as far to the north as its radius, and to the east until a meridian
// touches it: sin(longitude) = sin(radius) / cos(latitude), angles of the globe. Nothing is
// lost by more than that, so a sine is taken for its angle, and its arc for x + 0.571 x^3.
func (s *Shape) Narrow(metres float64) {
	r := &s.reach
	angle := metres / earthRadius
	r.haversine = angle / 2 * (angle / 2) * (1 + rounding)
	r.south, r.high = numbers(s.Center.Lat, degrees(angle), MaxLat)
	lon := math.Inf(1)
	if x := angle / r.middleCos; x < 1 {
		lon = degrees(x + (math.Pi/2-1)*x*x*x)
	}
	r.west, r.wide = numbers(s.Center.Lon, lon, MaxLon)
}

// numbers are the first number of 26 bits that a longitude or latitude may have that is no
// farther from another one than so much, and how many more there are. It is all of them where
// they would end: behind the date line it goes on at the other side.
func numbers(middle, far, limit float64) (first, more uint32) {
	const all = 1 << maxStep
	if !(middle-far > -limit && middle+far < limit) {
		return 0, all
	}
	first = uint32((middle - far + limit) / (2 * limit) * all)
	first -= min(first, 1) // for rounding, of which a number is a million times as much
	return first, uint32((middle+far+limit)/(2*limit)*all) + 1 - first
}

// Holds reports whether the place of a number is in the shape and within what Narrow has
// left of it, and how far from its middle. Ranges has been called before.
func (s *Shape) Holds(bits uint64) (distance float64, ok bool) {
	r := &s.reach
	if gather(bits>>1)-r.west > r.wide || gather(bits)-r.south > r.high {
		return 0, false
	}
	p := Decode(bits)
	if s.IsBox && !s.isInBox(p) {
		return 0, false
	}
	a := haversine(s.Center, r.middleCos, p)
	if a > r.haversine {
		return 0, false
	}
	distance = arc(s.Center, p, a)
	return distance, s.IsBox || distance <= s.Radius
}

// isInBox reports whether a place is in the box. It is as wide on every latitude. Redis:
// geohashGetDistanceIfInRectangle.
func (s *Shape) isInBox(p Point) bool {
	return latDistance(s.Center.Lat, p.Lat) <= s.Height/2 && Distance(Point{s.Center.Lon, p.Lat}, p) <= s.Width/2
}

// rounding is more than two ways to compute a distance can differ by.
const rounding = 1e-9

// Distance is how many metres two places are apart on a globe: the haversine formula.
// The earth is no globe, which makes up to 0.5 %. Redis: geohashGetDistance.
func Distance(a, b Point) float64 { return arc(a, b, haversine(a, math.Cos(radians(a.Lat)), b)) }

// haversine is the square of the sine of half the angle between two places; sameLon if they
// are on one meridian, where it is not needed. It grows with the distance. cosLat is the
// cosine of the first one's latitude.
func haversine(a Point, cosLat float64, b Point) float64 {
	v := math.Sin((radians(b.Lon) - radians(a.Lon)) / 2)
	if v == 0 {
		return sameLon
	}
	lat1, lat2 := radians(a.Lat), radians(b.Lat)
	u := math.Sin((lat2 - lat1) / 2)
	return float64(u*u) + float64(cosLat*math.Cos(lat2)*v*v)
}

const sameLon = -1

// arc is how many metres two places are apart whose haversine that is.
func arc(a, b Point, haversine float64) float64 {
	if haversine == sameLon {
		return latDistance(a.Lat, b.Lat)
	}
	return 2 * earthRadius * math.Asin(math.Sqrt(haversine))
}

func latDistance(a, b float64) float64 { return earthRadius * math.Abs(radians(b)-radians(a)) }

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }

func degrees(radians float64) float64 { return radians / (math.Pi / 180) }
