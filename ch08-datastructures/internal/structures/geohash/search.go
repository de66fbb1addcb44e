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

	farthest float64 // a haversine that no place in the circle has; Ranges computes it, once
}

// Ranges are those of the scores that the places of the shape may have, in Redis' order: so
// GEOSEARCH with no order answers as Redis. Not all that is there is in the shape: ask
// Contains.
func (s *Shape) Ranges(room *[9]Scores) []Scores {
	if half := s.Radius / (2 * earthRadius); !s.IsBox && half < math.Pi/2 {
		s.farthest = math.Sin(half) * math.Sin(half) * (1 + rounding)
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

// Contains reports whether a place is in the shape, and how far from its middle. A box is
// as wide on every latitude. Redis: geoWithinShape.
func (s *Shape) Contains(p Point) (distance float64, ok bool) {
	if s.IsBox && (latDistance(s.Center.Lat, p.Lat) > s.Height/2 ||
		Distance(Point{s.Center.Lon, p.Lat}, p) > s.Width/2) {
		return 0, false
	}
	if !s.IsBox && latDistance(s.Center.Lat, p.Lat) > s.Radius*(1+rounding) { // a look that costs no sine
		return 0, false
	}
	a := haversine(s.Center, p)
	if !s.IsBox && s.farthest > 0 && a > s.farthest {
		return 0, false
	}
	distance = arc(s.Center, p, a)
	return distance, s.IsBox || distance <= s.Radius
}

// rounding is more than two ways to compute a distance can differ by.
const rounding = 1e-9

// Distance is how many metres two places are apart on a globe: the haversine formula.
// The earth is no globe, which makes up to 0.5 %. Redis: geohashGetDistance.
func Distance(a, b Point) float64 { return arc(a, b, haversine(a, b)) }

// haversine is the square of the sine of half the angle between two places; sameLon if they
// are on one meridian, where it is not needed. It grows with the distance.
func haversine(a, b Point) float64 {
	v := math.Sin((radians(b.Lon) - radians(a.Lon)) / 2)
	if v == 0 {
		return sameLon
	}
	lat1, lat2 := radians(a.Lat), radians(b.Lat)
	u := math.Sin((lat2 - lat1) / 2)
	return float64(u*u) + float64(math.Cos(lat1)*math.Cos(lat2)*v*v)
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
