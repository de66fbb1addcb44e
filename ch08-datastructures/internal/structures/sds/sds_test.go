package sds

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"redis-internals/ch08/internal/zmalloc"
)

// check panics unless the length is within the block.
func (s String) check() {
	if s.Room() < 0 {
		panic("the string is longer than its block")
	}
}

func TestSds_Bytes(t *testing.T) {
	s := New([]byte("hello"))
	defer func() { s.Free() }()
	require.Equal(t, 16, s.MemoryUsage())
	s.Append([]byte(" world"))
	require.Equal(t, "0b00000068656c6c6f20776f726c64", hex.EncodeToString(s.block()[:15]))
	require.Equal(t, 1, s.Room())
	s.Append([]byte("!!"))
	require.Equal(t, "hello world!!", string(s.Bytes()))
	require.Equal(t, 40, s.MemoryUsage())
	require.Equal(t, 23, s.Room())
}

func TestSds_AgreesWithASlice(t *testing.T) {
	before := zmalloc.Used()
	rapid.Check(t, func(t *rapid.T) {
		s, model := New(nil), []byte{}
		defer func() { s.Free() }()
		text := rapid.SliceOfN(rapid.Byte(), 0, 300)
		longer := func(n int) {
			model = append(model, make([]byte, max(0, n-len(model)))...)
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				more := text.Draw(t, "text")
				s.Append(more)
				model = append(model, more...)
			},
			"set range": func(t *rapid.T) {
				more, at := text.Draw(t, "text"), rapid.IntRange(0, len(model)+50).Draw(t, "at")
				s.SetRange(at, more)
				longer(at + len(more))
				copy(model[at:], more)
			},
			"set bit": func(t *rapid.T) {
				i, to := rapid.IntRange(0, 8*len(model)+200).Draw(t, "i"), rapid.IntRange(0, 1).Draw(t, "to")
				was := s.Bit(i)
				require.Equal(t, was, s.SetBit(i, to))
				longer(i/8 + 1)
				model[i/8] &^= 0x80 >> (i % 8)
				if to == 1 {
					model[i/8] |= 0x80 >> (i % 8)
				}
				require.Equal(t, to, s.Bit(i))
			},
			"truncate": func(t *rapid.T) {
				n := rapid.IntRange(0, len(model)).Draw(t, "n")
				s.Truncate(n)
				model = model[:n]
			},
			"fit": func(t *rapid.T) {
				s.Fit()
				require.Less(t, s.Room(), 16+len(model)/10)
			},
			"": func(t *rapid.T) {
				s.check()
				require.True(t, bytes.Equal(model, s.Bytes()))
				ones := 0
				for i := range 8 * len(model) {
					ones += s.Bit(i)
				}
				require.Equal(t, ones, CountBits(s.Bytes()))
			},
		})
	})
	require.Equal(t, before, zmalloc.Used())
}

// As many moves as there are doublings to 1 MiB, and eighths beyond.
func TestAppend_MovesSeldom(t *testing.T) {
	s, moves := New(nil), 0
	defer func() { s.Free() }()
	piece := make([]byte, 100)
	for s.Len() < 64<<20 {
		was := s
		s.Append(piece)
		if s != was {
			moves++
		}
	}
	require.Less(t, moves, 16+8*6, "sixteen doublings to 1 MiB, and six to a doubling beyond")
}

func TestSds_AllocatesNothingOnGosHeap(t *testing.T) {
	s, text := New(nil), []byte("text")
	defer func() { s.Free() }()
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		s.Append(text)
		s.SetBit(7, 1)
		s.SetRange(2, text)
	}))
}

func FuzzSds(f *testing.F) {
	f.Add([]byte("hello"), 3, []byte("p me"), 100)
	f.Fuzz(func(t *testing.T, text []byte, at int, over []byte, bit int) {
		if at < 0 || at > 1<<16 || bit < 0 || bit > 1<<20 {
			return
		}
		before := zmalloc.Used()
		s := New(text)
		model := append(bytes.Clone(text), make([]byte, max(0, at+len(over)-len(text)))...)
		copy(model[at:], over)
		s.SetRange(at, over)
		if !bytes.Equal(model, s.Bytes()) {
			t.Fatalf("%q and not %q", s.Bytes(), model)
		}
		ones := CountBits(model)
		if s.SetBit(bit, 1) == 0 {
			ones++
		}
		if CountBits(s.Bytes()) != ones {
			t.Fatal("another bit has changed")
		}
		s.Free()
		if zmalloc.Used() != before {
			t.Fatal("memory is left")
		}
	})
}

// The same costs at all lengths; without room to grow it would be all bytes each time.
func BenchmarkAppend(b *testing.B) {
	text := []byte("0123456789abcdef")
	for _, most := range []int{1 << 10, 1 << 20, 100 << 20} {
		b.Run(fmt.Sprintf("to=%d", most), func(b *testing.B) {
			s := New(nil)
			for b.Loop() {
				if s.Len() >= most {
					s.Free()
					s = New(nil)
				}
				s.Append(text)
			}
			s.Free()
		})
	}
}

func BenchmarkCountBits(b *testing.B) {
	text := bytes.Repeat([]byte{0xa5}, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		CountBits(text)
	}
}
