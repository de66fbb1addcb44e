package object

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

func TestExtend_IsAModel(t *testing.T) {
	before := zmalloc.Used()
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		key := strings.Repeat("k", lengths[random.IntN(len(lengths))])
		value := []byte("12345")
		at, place := int64(0), uint32(0)
		if random.IntN(2) == 0 {
			at, place = random.Int64N(1<<50)+1, random.Uint32()
		}
		o := New([]byte(key), StringValue(value), at)
		if at != 0 {
			o.SetPlace(place)
		}
		o.Touch(12345)
		var left []*Object
		for range 20 {
			switch random.IntN(4) {
			case 0, 1:
				n := max(len(value), lengths[random.IntN(len(lengths))]) + random.IntN(5)
				if random.IntN(5) == 0 {
					o.Keep()
					left = append(left, o)
				}
				o = Extend(o, n)
				value = append(value, make([]byte, n-len(value))...)
				for i := range value {
					if random.IntN(1000) == 0 {
						value[i]++
						o.Bytes()[i]++
					}
				}
			case 2:
				o = Extend(o, 0)
				value = value[:random.IntN(len(value)+1)]
				o.Truncate(len(value))
			case 3:
				at, place = random.Int64N(1<<50)+1, random.Uint32()
				o = SetExpiry(o, at, place)
			}
			require.Equal(t, key, string(o.Key()))
			require.Equal(t, string(value), text(o))
			require.Equal(t, at, o.ExpireAt())
			require.Equal(t, place, o.Place())
			require.EqualValues(t, 1, o.IdleSeconds(12346))
		}
		for _, o := range left {
			o.Release()
		}
		Free(o)
	}
	require.Equal(t, before, zmalloc.Used())
}

// A hundred megabytes, appended a little at a time, are moved a few dozen times.
func TestExtend_MovesSeldom(t *testing.T) {
	o, moves := New([]byte("k"), RawValue(nil), 0), 0
	const step, end = 1000, 32 << 20
	for n := 0; n < end; n += step {
		to := Extend(o, n+step)
		if to != o {
			moves++
		}
		o = to
	}
	require.Less(t, moves, 60)
	require.Less(t, zmalloc.Size(o.Ref()), end*5/4)
	Free(o)
}
