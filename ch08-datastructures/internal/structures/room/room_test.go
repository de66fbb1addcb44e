package room

import (
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/zmalloc"
)

func TestGrow_CopiesAFewBytesForEachAppended(t *testing.T) {
	before := zmalloc.Used()
	const n = 20 << 20
	r := zmalloc.Alloc(1)
	copied := 0
	for used := 0; used < n; used++ {
		moved := Grow(r, used, used+1)
		if moved != r {
			copied += used
			r = moved
		}
		zmalloc.Bytes(r)[used] = byte(used * 7)
	}
	require.LessOrEqual(t, copied, 9*n)
	for i, c := range zmalloc.Bytes(r)[:n] {
		if c != byte(i*7) {
			t.Fatalf("byte %d has changed", i)
		}
	}
	zmalloc.Free(r)
	require.Equal(t, before, zmalloc.Used())
}

func TestFit_TakesTheClassOfWhatIsIn(t *testing.T) {
	before := zmalloc.Used()
	r := zmalloc.Alloc(10)
	copy(zmalloc.Bytes(r), "0123456789")
	require.Equal(t, r, Fit(r, 10, 16), "the same class: it stays")
	for _, want := range []int{17, 400, 50_000, 100, 10} {
		r = Fit(r, 10, want)
		require.Equal(t, zmalloc.GoodSize(want), zmalloc.Size(r))
		require.Equal(t, "0123456789", string(zmalloc.Bytes(r)[:10]))
	}
	zmalloc.Free(r)
	require.Equal(t, before, zmalloc.Used())
}
