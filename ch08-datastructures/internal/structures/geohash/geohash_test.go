package geohash

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func place() *rapid.Generator[Point] {
	return rapid.Custom(func(t *rapid.T) Point {
		return Point{
			rapid.Float64Range(-MaxLon, MaxLon).Draw(t, "lon"),
			rapid.Float64Range(-MaxLat, MaxLat).Draw(t, "lat"),
		}
	})
}

func TestDecode_IsWithinACell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := place().Draw(t, "p")
		bits := Encode(p)
		q := Decode(bits)
		require.InDelta(t, p.Lon, q.Lon, 360.0/(1<<26))
		require.InDelta(t, p.Lat, q.Lat, 171.0/(1<<26))
		if bits < 1<<52 && p.Lon < MaxLon && p.Lat < MaxLat {
			require.Equal(t, bits, Encode(q))
		}
		lat := rapid.Uint32().Draw(t, "bits")
		require.Equal(t, lat, gather(spread(lat)))
	})
}

// A neighbour's area begins where the cell's own ends, and the way back leads back.
func TestCell_NeighboursTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.UintRange(1, 26).Draw(t, "step")
		c := cell{rapid.Uint64().Draw(t, "bits") & (1<<(2*step) - 1), step}
		a := c.area()
		if e := c.moved(1, 0); gather(c.bits>>1) < 1<<step-1 {
			require.Equal(t, a.max.Lon, e.area().min.Lon)
			require.Equal(t, a.min.Lat, e.area().min.Lat)
		}
		if n := c.moved(0, 1); gather(c.bits) < 1<<step-1 {
			require.Equal(t, a.max.Lat, n.area().min.Lat)
		}
		for _, d := range [][2]int{{1, 0}, {0, 1}, {1, 1}, {1, -1}} {
			require.Equal(t, c, c.moved(d[0], d[1]).moved(-d[0], -d[1]))
		}
	})
}

// What redis-server 7.0.15 answers after GEOADD: to ZSCORE, GEOHASH and GEODIST from the
// first of them.
func TestGeohash_AnswersAsRedis(t *testing.T) {
	var first Point
	for i, c := range recorded {
		bits := Encode(c.place)
		require.Equal(t, c.score, bits)
		require.Equal(t, c.text, string(AppendText(nil, bits)))
		if i == 0 {
			first = Decode(bits)
		}
		require.Equal(t, c.distance, fmt.Sprintf("%.4f", Distance(first, Decode(bits))))
	}
}

// set is some places, as a sorted set has them.
type set []uint64

func randomSet(random *rand.Rand, n int) (s set) {
	for range n {
		s = append(s, Encode(Point{(random.Float64() - 0.5) * 2 * MaxLon, (random.Float64() - 0.5) * 2 * MaxLat}))
	}
	slices.Sort(s)
	return slices.Compact(s)
}

// search finds by ranges, and scan by looking at all.
func (s set) search(shape *Shape) (found []uint64) {
	var room [9]Scores
	for _, r := range shape.Ranges(&room) {
		at, _ := slices.BinarySearch(s, r.Min)
		for ; at < len(s) && s[at] < r.Max; at++ {
			if _, ok := shape.Holds(s[at]); ok {
				found = append(found, s[at])
			}
		}
	}
	return found
}

func (s set) scan(shape *Shape) (found []uint64) {
	for _, bits := range s {
		if _, ok := shape.Holds(bits); ok {
			found = append(found, bits)
		}
	}
	return found
}

// randomShape is a circle or a box from metres to thousands of kilometres.
func randomShape(random *rand.Rand, maxLat float64) Shape {
	size := func() float64 { return math.Pow(10, 1+random.Float64()*6) }
	s := Shape{Center: Point{(random.Float64() - 0.5) * 2 * MaxLon, (random.Float64() - 0.5) * 2 * maxLat}, IsBox: random.IntN(2) == 0}
	if s.IsBox {
		s.Width, s.Height = size(), size()
	} else {
		s.Radius = size()
	}
	return s
}

// Away from the poles and from the date line, where Redis' boxes end.
func TestRanges_HoldAllThatIsInTheShape(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := randomSet(random, 5000)
	for range 1000 {
		shape := randomShape(random, 50)
		shape.Center.Lon /= 3
		shape.Radius, shape.Width, shape.Height = shape.Radius/10, shape.Width/10, shape.Height/10
		found := s.search(&shape)
		slices.Sort(found)
		require.Equal(t, s.scan(&shape), found, "%+v", shape)
	}
}

// Places from a millimetre to half the world away, at the poles' side and across the date
// line: the quick looks never turn away what the distance lets in.
func TestHolds_IsWhatTheDistanceSays(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	in := 0
	for range 20_000 {
		shape := randomShape(random, MaxLat)
		if random.IntN(4) == 0 {
			shape.Center.Lon = 180 - random.Float64()/1000
		}
		size := shape.Radius + shape.Width
		if random.IntN(4) == 0 {
			shape.Radius, shape.Width, shape.Height, size = shape.Radius/1e6, shape.Width/1e6, shape.Height/1e6, size/1e6
		}
		var room [9]Scores
		shape.Ranges(&room)
		for range 10 {
			off := degrees(size/earthRadius) * 1.5
			p := Point{shape.Center.Lon + (random.Float64()-0.5)*2*off, shape.Center.Lat + (random.Float64()-0.5)*off}
			if p.Lon > MaxLon {
				p.Lon -= 360
			}
			if !p.Valid() {
				continue
			}
			bits := Encode(p)
			p = Decode(bits)
			d := Distance(shape.Center, p)
			want := d <= shape.Radius
			if shape.IsBox {
				want = latDistance(shape.Center.Lat, p.Lat) <= shape.Height/2 && Distance(Point{shape.Center.Lon, p.Lat}, p) <= shape.Width/2
			}
			is, ok := shape.Holds(bits)
			require.Equal(t, want, ok, "%+v: %v, %g", shape, p, d)
			if !ok {
				continue
			}
			in++
			require.Equal(t, d, is)
			narrow := shape
			narrow.Narrow(d) // it is as far as that itself
			_, ok = narrow.Holds(bits)
			require.True(t, ok, "%+v: %v, %g", shape, p, d)
			narrow.Narrow(d * 0.99)
			if _, ok = narrow.Holds(bits); d > 100 && d < 100_000 && !shape.IsBox {
				require.False(t, ok, "%+v: %v, %g", shape, p, d)
			}
		}
	}
	require.Greater(t, in, 20_000)
}

// With a running server: ten thousand searches, in the same order; and distances. C's sine
// and Go's may differ in the last bit, which turns the fourth decimal once in thousands.
func TestOracle_FindsTheSame(t *testing.T) {
	server := dial(t)
	random := rand.New(rand.NewPCG(3, 4))
	s := randomSet(random, 2000)
	args := []string{"ZADD", "places"}
	for i, bits := range s {
		args = append(args, strconv.FormatUint(bits, 10), strconv.Itoa(i))
	}
	server.do("DEL", "places")
	server.do(args...)
	compared, differ := 0, 0
	sameDistance := func(theirs string, ours float64) bool {
		compared++
		if theirs == fmt.Sprintf("%.4f", ours) {
			return true
		}
		differ++
		d, err := strconv.ParseFloat(theirs, 64)
		return err == nil && math.Abs(d-ours) < 0.000051
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', 17, 64) }
	for range 10_000 {
		shape := randomShape(random, MaxLat)
		args := []string{"GEOSEARCH", "places", "FROMLONLAT", number(shape.Center.Lon), number(shape.Center.Lat)}
		if shape.IsBox {
			args = append(args, "BYBOX", number(shape.Width), number(shape.Height), "M")
		} else {
			args = append(args, "BYRADIUS", number(shape.Radius), "M")
		}
		theirs, found := server.do(append(args, "WITHDIST")...), s.search(&shape)
		if len(theirs) != 2*len(found) {
			t.Fatalf("%+v: %d and not %d", shape, len(found), len(theirs)/2)
		}
		for i, bits := range found {
			member, _ := slices.BinarySearch(s, bits)
			d, _ := shape.Holds(bits)
			if theirs[2*i] != strconv.Itoa(member) || !sameDistance(theirs[2*i+1], d) {
				t.Fatalf("%+v: %d: %d, %f, and not %s", shape, i, member, d, theirs[2*i:2*i+2])
			}
		}
		a, b := random.IntN(len(s)), random.IntN(len(s))
		theirs = server.do("GEODIST", "places", strconv.Itoa(a), strconv.Itoa(b))
		require.True(t, sameDistance(theirs[0], Distance(Decode(s[a]), Decode(s[b]))), "%s", theirs)
		require.Equal(t, server.do("GEOHASH", "places", strconv.Itoa(a))[0], string(AppendText(nil, s[a])))
	}
	t.Logf("of %d distances %d differ in the fourth decimal", compared, differ)
}

func TestEncode_AllocatesNothing(t *testing.T) {
	shape := Shape{Center: Point{13, 38}, Radius: 10_000}
	var text [11]byte
	require.Zero(t, testing.AllocsPerRun(100, func() {
		var room [9]Scores
		AppendText(text[:0], Encode(Point{13, 38}))
		shape.Ranges(&room)
	}))
}

func FuzzGeohash(f *testing.F) {
	f.Add(13.361389, 38.115556, 1000.0, 2000.0)
	f.Add(180.0, 85.05112878, 0.0, 0.0)
	f.Fuzz(func(t *testing.T, lon, lat, width, height float64) {
		p := Point{lon, lat}
		if !p.Valid() || !(width >= 0 && height >= 0) {
			return
		}
		bits := Encode(p)
		if d := Distance(p, Decode(bits)); d > 1 {
			t.Fatalf("%v is %f metres away from itself", p, d)
		}
		if len(AppendText(nil, bits)) != 11 {
			t.Fatal("a geohash has eleven characters")
		}
		shape := Shape{Center: p, Width: width, Height: height, IsBox: true}
		var room [9]Scores
		for _, r := range shape.Ranges(&room) {
			if r.Min >= r.Max {
				t.Fatalf("%+v: %+v", shape, r)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	p := Point{13.361389, 38.115556}
	for b.Loop() {
		Encode(p)
	}
}

// Nine ranges of a million places, and all of them.
func BenchmarkSearch(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	s := randomSet(random, 1_000_000)
	for _, c := range []struct {
		name string
		find func(*Shape) []uint64
	}{{"ranges", s.search}, {"scan", s.scan}} {
		b.Run(c.name, func(b *testing.B) {
			shape := Shape{Center: Point{13.361389, 38.115556}, Radius: 100_000}
			for b.Loop() {
				c.find(&shape)
			}
		})
	}
}
