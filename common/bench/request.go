// request.go: requests are rendered once and patched in place.
//
//	*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n   one request, stride bytes
//	                             ^^^^^^^^^^^^ keyAt: the digits to patch
//
// A batch is that request, repeated depth times in one buffer. Before it is
// sent again each copy gets a fresh key number: twelve stores, no formatting.
// A request without a key (PING) is never touched.

package bench

import (
	"bytes"
	"fmt"
	"math/bits"
)

// keyDigits is how many decimal digits of a key are its number. With a prefix
// of four bytes a key is 16 bytes long.
const keyDigits = 12

// Template is one request, ready for the wire, and the reply it must get.
type Template struct {
	Request []byte
	KeyAt   int // where in Request the key's digits begin; -1: it has no key
	Reply   Reply
}

// command renders a request as an array of bulk strings. The argument that is
// exactly a key made by numberedKey becomes the one to patch.
func command(reply Reply, args ...string) Template {
	t := Template{KeyAt: -1, Reply: reply}
	t.Request = fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		t.Request = fmt.Appendf(t.Request, "$%d\r\n", len(a))
		if i := len(a) - keyDigits; t.KeyAt < 0 && i > 0 && a == numberedKey(a[:i]) {
			t.KeyAt = len(t.Request) + i
		}
		t.Request = append(append(t.Request, a...), "\r\n"...)
	}
	return t
}

// numberedKey is the key number 0 after the prefix: "key:" -> key:000000000000.
func numberedKey(prefix string) string { return fmt.Sprintf("%s%0*d", prefix, keyDigits, 0) }

// batch is depth copies of a template in one buffer, sent with one write.
type batch struct {
	buf    []byte
	depth  int
	stride int // bytes of one request
	keyAt  int // as in Template
	reply  Reply
	keys   keySource
}

func newBatch(t Template, depth int, keys keySource) *batch {
	b := &batch{
		buf: bytes.Repeat(t.Request, depth), depth: depth,
		stride: len(t.Request), keyAt: t.KeyAt, reply: t.Reply, keys: keys,
	}
	b.patch()
	return b
}

// patch gives every request of the batch the next key.
func (b *batch) patch() {
	if b.keyAt < 0 {
		return
	}
	for at := b.keyAt; at < len(b.buf); at += b.stride {
		putDigits(b.buf[at:at+keyDigits], b.keys.next())
	}
}

// putDigits writes n in decimal over the whole of dst, two digits at a time.
func putDigits(dst []byte, n uint64) {
	for i := keyDigits - 2; i >= 0; i -= 2 {
		two := n % 100
		n /= 100
		dst[i], dst[i+1] = digitPairs[2*two], digitPairs[2*two+1]
	}
}

// digitPairs is "00", "01", ... "99" in one row.
var digitPairs = func() (row [200]byte) {
	for i := range 100 {
		row[2*i], row[2*i+1] = byte('0'+i/10), byte('0'+i%10)
	}
	return row
}()

// keySource yields key numbers below count: at random while state is set,
// else one after the other (to load every key once).
type keySource struct {
	count uint64
	state uint64 // of the generator; never 0 once seeded
	turn  uint64 // the next key in order
}

func randomKeys(count int, seed uint64) keySource {
	return keySource{count: uint64(count), state: seed | 1}
}

func everyKey(count int) keySource { return keySource{count: uint64(count)} }

// next is xorshift64* (Vigna), its upper bits scaled to count without a division.
func (k *keySource) next() uint64 {
	if k.state == 0 {
		n := k.turn
		if k.turn++; k.turn == k.count {
			k.turn = 0
		}
		return n
	}
	k.state ^= k.state >> 12
	k.state ^= k.state << 25
	k.state ^= k.state >> 27
	n, _ := bits.Mul64(k.state*0x2545F4914F6CDD1D, k.count)
	return n
}
