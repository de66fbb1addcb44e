package hyperloglog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/zmalloc"
)

const maxSparse = 3000 // hll-sparse-max-bytes as it is

func newOne() []byte { return AppendNew(make([]byte, 0, DenseSize)) }

// check panics unless h is one whose runs are 16,384 registers, and no longer than it may
// be.
func check(h []byte, maxSparse int) {
	if !Is(h) {
		panic(fmt.Sprintf("%x is no HyperLogLog", h[:headSize]))
	}
	if IsDense(h) {
		return
	}
	if len(h) > max(maxSparse, headSize+2) {
		panic("it should be dense")
	}
	zeros := false
	if err := eachRun(h, func(_ int, r run) {
		if zeros && r.row == 0 {
			panic("two runs of zeros touch")
		}
		zeros = r.row == 0
	}); err != nil {
		panic(err)
	}
}

func registersOf(h []byte) (all [Registers]byte) {
	if err := Merge(&all, h); err != nil {
		panic(err)
	}
	return all
}

// What redis-server 7.0.15 answers to GET after PFADD of a, b, c, foo and bar, and after
// PFCOUNT.
func TestHyperLogLog_HasRedisBytes(t *testing.T) {
	h := newOne()
	for _, e := range []string{"a", "b", "c", "foo", "bar"} {
		var changed bool
		h, changed, _ = Add(h, []byte(e), maxSparse)
		require.True(t, changed)
	}
	const registers = "\\\xb3\x90D>\x80F!\x80J\x8e\x84K\xfb\x80BZ"
	require.Equal(t, "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"+registers, string(h))
	n, err := Count(h)
	require.NoError(t, err)
	SetCached(h, n)
	require.Equal(t, "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"+registers, string(h))
	text, err := AppendRuns(nil, h)
	require.NoError(t, err)
	require.Equal(t, "Z:7348 v:5,1 Z:1087 v:1,1 Z:1570 v:1,1 Z:2703 v:2,1 Z:3068 v:1,1 Z:603", string(text))
}

// The same of longer ones, after PFADD of 1, 2, 3 and so on, one after another: SHA-256 of
// the bytes, and PFCOUNT.
func TestHyperLogLog_HasRedisBytesWhenLong(t *testing.T) {
	h, added := newOne(), 0
	for _, c := range []struct {
		n, size int
		sum     string
		count   uint64
	}{
		{10, 47, "d7d1db63cf77152b28197efe42d9dfae50356f1c3b4a2cef99eccd0f0c5bf9ad", 10},
		{100, 287, "ec53466dfe8ebf393f88d3a164500cf333d4a10e310759f1a502c34de67b521f", 100},
		{1000, 1922, "998c3d36535da261f151fe9394d3518473438c690d0065f4a44c822e830f0b5b", 1001},
		{1800, 12304, "4e78e47120c90c9c32e575e945f0adf7265f9ea17b0751b1baadce089d028129", 1805},
		{3000, 12304, "e9a90166dde3a2fe8538fd253b043525c7dc6f30ba45c71df7cb1dac142d5b2b", 3005},
		{20000, 12304, "7962b896c1c4bd960464bcaa92bcee05c2e6f15241891dea6f95b989e65113cb", 19891},
	} {
		for added < c.n {
			added++
			h, _, _ = Add(h, strconv.AppendInt(nil, int64(added), 10), maxSparse)
		}
		check(h, maxSparse)
		require.Len(t, h, c.size)
		sum := sha256.Sum256(h)
		require.Equal(t, c.sum, hex.EncodeToString(sum[:]), "after %d", c.n)
		n, err := Count(h)
		require.NoError(t, err)
		require.Equal(t, c.count, n)
	}
}

// With a running server: the same for random elements and thresholds, merges too.
func TestOracle_HasTheSameBytes(t *testing.T) {
	server := dial(t)
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int{0, 18, 30, 300, 3000, 15000}).Draw(t, "hll-sparse-max-bytes")
		server.do("CONFIG", "SET", "hll-sparse-max-bytes", strconv.Itoa(limit))
		server.do("DEL", "a", "b", "merged")
		var registers [Registers]byte
		denseSource := false
		for _, key := range []string{"a", "b"} {
			h := newOne()
			n, seed := rapid.IntRange(1, 2500).Draw(t, "n"), rapid.Uint32().Draw(t, "seed")
			args := []string{"PFADD", key}
			for i := range n {
				e := fmt.Sprint(seed, i)
				args = append(args, e)
				h, _, _ = Add(h, []byte(e), limit)
			}
			server.do(args...)
			require.Equal(t, server.do("GET", key)[0], string(h))
			n64, err := Count(h)
			require.NoError(t, err)
			require.Equal(t, server.do("PFCOUNT", key)[0], strconv.FormatUint(n64, 10))
			require.NoError(t, Merge(&registers, h))
			denseSource = denseSource || IsDense(h)
		}
		server.do("PFMERGE", "merged", "a", "b")
		h := newOne()
		if denseSource {
			h, _ = Promote(h)
		}
		h, err := Store(h, &registers, limit)
		require.NoError(t, err)
		Outdate(h)
		require.Equal(t, server.do("GET", "merged")[0], string(h))
		require.Equal(t, server.do("PFCOUNT", "a", "b")[0], strconv.FormatUint(CountMerged(&registers), 10))
	})
}

func TestSet_AgreesWithAnArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int{18, 25, 60, 3000}).Draw(t, "limit")
		h, model := newOne(), [Registers]byte{}
		near := rapid.IntRange(0, Registers-40).Draw(t, "near")
		for range rapid.IntRange(0, 200).Draw(t, "n") {
			register := near + rapid.IntRange(0, 39).Draw(t, "register")
			row := byte(rapid.SampledFrom([]int{1, 1, 2, 2, 3, 31, 32, 32, 33, 51}).Draw(t, "row"))
			if row > maxValue && rapid.IntRange(0, 30).Draw(t, "rarely") > 0 {
				row = 1
			}
			need := Need(h, limit)
			if row > maxValue {
				need = DenseSize
			}
			var changed bool
			var err error
			h, changed, err = Set(h, register, row, limit)
			require.NoError(t, err)
			require.Equal(t, row > model[register], changed)
			require.LessOrEqual(t, len(h), need)
			model[register] = max(model[register], row)
			check(h, limit)
			require.Equal(t, model, registersOf(h))
		}
		n, err := Count(h)
		require.NoError(t, err)
		require.Equal(t, CountMerged(&model), n)
		h, err = Promote(h)
		require.NoError(t, err)
		require.Equal(t, model, registersOf(h))
	})
}

// From 1 to ten million different elements, ten times others: the root of the mean square
// of the errors is below 0.81 %. The counts are the same in each run.
func TestCount_StandardError(t *testing.T) {
	seeds, most := 10, 10_000_000
	if testing.Short() {
		seeds, most = 10, 100_000
	}
	sum, counts := 0.0, 0
	for seed := range seeds {
		h := newOne()
		check, e := 1.0, [16]byte{0: byte(seed)}
		for n := 1; n <= most; n++ {
			order.PutUint64(e[8:], uint64(n))
			h, _, _ = Add(h, e[:], maxSparse)
			if float64(n) >= check {
				got, err := Count(h)
				require.NoError(t, err)
				off := float64(got)/float64(n) - 1
				require.Less(t, math.Abs(off), 4*0.0081, "%d of %d", got, n)
				sum += off * off
				counts++
				check *= 1.5
			}
		}
	}
	require.LessOrEqual(t, math.Sqrt(sum/float64(counts)), 0.0081)
	t.Logf("%d counts: %.2f %%", counts, 100*math.Sqrt(sum/float64(counts)))
}

func TestCached_IsWhatWasCountedUntilSomethingChanges(t *testing.T) {
	h := newOne()
	n, ok := Cached(h)
	require.True(t, ok && n == 0, "a new one has 0")
	h, _, _ = Add(h, []byte("a"), maxSparse)
	_, ok = Cached(h)
	require.False(t, ok)
	SetCached(h, 1)
	h, changed, _ := Add(h, []byte("a"), maxSparse)
	require.False(t, changed)
	n, ok = Cached(h)
	require.True(t, ok && n == 1)
}

// A string of a client's may say anything behind its head.
func TestSparse_RefusesWhatIsNoSetOfRegisters(t *testing.T) {
	head := "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for _, runs := range []string{"", "\x7f", "\x7f\xfe", "\x7f\xff\x00", "\x80", "\x3f\x7f", "\x7f\xfe\x81"} {
		h := []byte(head + runs)
		require.True(t, Is(h))
		_, err := Count(h)
		require.ErrorIs(t, err, ErrCorrupt, "%x", runs)
		_, err = Promote(h)
		require.ErrorIs(t, err, ErrCorrupt, "%x", runs)
	}
	_, _, err := Set([]byte(head+"\x7f\xfe"), Registers-1, 1, maxSparse)
	require.ErrorIs(t, err, ErrCorrupt)
	for _, s := range []string{"", "HYLL", head[:15], "HYLX" + head[4:], "HYLL\x02" + head[5:], "HYLL\x00" + head[5:]} {
		require.False(t, Is([]byte(s)), "%q", s)
	}
}

// It lives in a block of zmalloc as the bytes of a string.
func TestAdd_AllocatesNothingOnGosHeap(t *testing.T) {
	before := zmalloc.Used()
	r := zmalloc.Alloc(DenseSize)
	h := AppendNew(zmalloc.Bytes(r)[:0])
	e := []byte("element:00000000")
	i := uint64(0)
	require.Zero(t, testing.AllocsPerRun(5000, func() {
		i++
		order.PutUint64(e[8:], i)
		h, _, _ = Add(h, e, maxSparse)
		_, _ = Count(h)
	}))
	require.True(t, IsDense(h))
	require.Equal(t, &zmalloc.Bytes(r)[0], &h[0], "it has not moved")
	zmalloc.Free(r)
	require.Equal(t, before, zmalloc.Used())
}

func FuzzHyperLogLog(f *testing.F) {
	f.Add([]byte("\x5c\xb3\x90D>\x80F!\x80J\x8e\x84K\xfb\x80BZ"), uint16(7348), byte(6), 3000)
	f.Add([]byte("\x7f\xff"), uint16(0), byte(33), 18)
	f.Add([]byte("\x83\x83\x7f\xf7"), uint16(5), byte(1), 3000)
	f.Fuzz(func(t *testing.T, runs []byte, register uint16, row byte, limit int) {
		h := append(AppendNew(nil)[:headSize], runs...)
		if len(runs) > 2000 {
			return
		}
		valid := eachRun(h, func(int, run) {}) == nil
		register %= Registers
		row = row%51 + 1
		was := bytes.Clone(h)
		h, changed, err := Set(h, int(register), row, limit)
		_, countErr := Count(h)
		if valid && (err != nil || countErr != nil) {
			t.Fatalf("%x is well and was refused: %v, %v", runs, err, countErr)
		}
		if !valid {
			return
		}
		model := registersOf(was)
		if changed != (row > model[register]) {
			t.Fatal("it says that it has changed, or not")
		}
		model[register] = max(model[register], row)
		if registersOf(h) != model {
			t.Fatalf("%x: another register has changed", runs)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{100, 1000, 100_000} {
		h, e := newOne(), [16]byte{}
		for i := range n {
			order.PutUint64(e[:], uint64(i))
			h, _, _ = Add(h, e[:], maxSparse)
		}
		b.Run(fmt.Sprintf("elements=%d/bytes=%d", n, len(h)), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				order.PutUint64(e[:], uint64(i%n))
				h, _, _ = Add(h, e[:], maxSparse)
			}
		})
	}
}

func BenchmarkCount(b *testing.B) {
	h := newOne()
	h, _ = Promote(h)
	for i := range 100_000 {
		h, _, _ = Add(h, strconv.AppendInt(nil, int64(i), 10), maxSparse)
	}
	for b.Loop() {
		_, _ = Count(h)
	}
}

func TestKnows_WhatAddChangesNothingBy(t *testing.T) {
	h := AppendNew(nil)
	require.False(t, Knows(h, []byte("a")))
	dense, err := Promote(h)
	require.NoError(t, err)
	known := 0
	for i := range 50_000 {
		element := fmt.Appendf(nil, "element %d", i%30_000)
		knows := Knows(dense, element)
		longer, changed, err := Add(dense, element, 3000)
		require.NoError(t, err)
		require.Equal(t, !changed, knows)
		require.True(t, Knows(longer, element))
		if dense = longer; knows {
			known++
		}
	}
	require.Greater(t, known, 20_000)
}
