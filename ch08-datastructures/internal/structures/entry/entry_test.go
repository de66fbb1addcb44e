package entry

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/zmalloc"
)

func TestEntry_Bytes(t *testing.T) {
	r := New([]byte("name"), []byte("ada"))
	require.Equal(t, "000403006e616d65616461", hex.EncodeToString(zmalloc.Bytes(r)[:11]))
	require.Equal(t, 16, MemoryUsage(r))
	Free(r)
}

// Key, value and epoch stay what they are, whatever lengths the values before had.
func TestSetValue_KeepsKeyAndEpoch(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string, lengths ...int) []byte {
			n := rapid.SampledFrom(lengths).Draw(t, label) + rapid.IntRange(0, 9).Draw(t, "more")
			return bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, n)
		}
		key := text("key", 0, 5, 250, 300, 70_000)
		r := New(key, nil)
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			epoch := uint8(rapid.IntRange(0, Epochs-1).Draw(t, "epoch"))
			At(r).SetEpoch(epoch)
			value := text("value", 0, 3, 30, 65_530, 65_536, 100_000)
			r = SetValue(r, value)
			require.True(t, bytes.Equal(key, Key(r)))
			require.True(t, bytes.Equal(value, At(r).Value()))
			require.Equal(t, epoch, At(r).Epoch())
			require.Equal(t, zmalloc.GoodSize(sizeFor(len(key), len(value))), MemoryUsage(r))
		}
		Free(r)
	})
	require.Equal(t, before, zmalloc.Used())
}

func TestEntry_AllocatesNothingOnGosHeap(t *testing.T) {
	key, value := []byte("some field"), []byte("some value")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		Free(SetValue(New(key, nil), value))
	}))
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte("name"), []byte("ada"), []byte("lovelace"))
	f.Fuzz(func(t *testing.T, key, first, second []byte) {
		before := zmalloc.Used()
		r := New(key, first)
		r = SetValue(r, second)
		if !bytes.Equal(Key(r), key) || !bytes.Equal(At(r).Value(), second) {
			t.Fatalf("%q: %q", Key(r), At(r).Value())
		}
		Free(r)
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

func BenchmarkNew(b *testing.B) {
	key, value := []byte("some field"), []byte("some value")
	for b.Loop() {
		Free(New(key, value))
	}
}
