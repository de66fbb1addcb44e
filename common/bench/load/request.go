// request.go: requests are rendered once and patched in place.
//
//	*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n   one request, stride bytes
//	                             ^^^^^^^^^^^^ the digits to patch
//
// A batch is that request, repeated depth times in one buffer. Before it is
// sent again each copy gets a fresh key number: twelve stores, no formatting.
// A request without a key (PING) is never touched; a transaction has many. Members,
// fields and scores are patched as keys are.

package load

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"
)

// KeyDigits is how many decimal digits of a key are its number. With a prefix
// of four bytes a key is 16 bytes long.
const KeyDigits = 12

// Template is one request, ready for the wire, and the reply it must get.
type Template struct {
	Request []byte
	KeysAt  []int // where in Request the digits of each key begin
	Alike   bool  // all of them get one number, and not each its own
	Reply   Reply
}

// Command renders a request as an array of bulk strings. Of each argument that has the digits
// of a key made by NumberedKey these are the ones to patch.
func Command(reply Reply, args ...string) Template {
	t := Template{Reply: reply}
	t.Request = fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		t.Request = fmt.Appendf(t.Request, "$%d\r\n", len(a))
		if i := strings.Index(a, digitsOfKey); i >= 0 {
			t.KeysAt = append(t.KeysAt, len(t.Request)+i)
		}
		t.Request = append(append(t.Request, a...), "\r\n"...)
	}
	return t
}

// digitsOfKey is what an argument to be patched has in it.
var digitsOfKey = NumberedKey("")

// Transaction renders MULTI, so many times the request, and EXEC. It counts as one
// request, whose reply is all that comes until EXEC's is whole.
func Transaction(t Template, times int) Template {
	all := Command(exactly("+OK\r\n"), "MULTI")
	for range times {
		for _, at := range t.KeysAt {
			all.KeysAt = append(all.KeysAt, len(all.Request)+at)
		}
		all.Request = append(all.Request, t.Request...)
		all.Reply.Exact = append(all.Reply.Exact, "+QUEUED\r\n"...)
	}
	all.Request = append(all.Request, Command(Reply{}, "EXEC").Request...)
	all.Reply.Exact = fmt.Appendf(all.Reply.Exact, "*%d\r\n%s", times, bytes.Repeat(t.Reply.Exact, times))
	return all
}

// NumberedKey is the key number 0 after the prefix: "key:" -> key:000000000000.
func NumberedKey(prefix string) string { return fmt.Sprintf("%s%0*d", prefix, KeyDigits, 0) }

// Batch is depth copies of a template in one buffer, sent with one write.
type Batch struct {
	buf    []byte
	Depth  int
	keysAt []int // where in buf the digits of each key begin
	alike  int   // so many that follow each other get one number
	reply  Reply
	keys   KeySource
}

// NewBatch renders the copies, with the first keys in them.
func NewBatch(t Template, depth int, keys KeySource) *Batch {
	b := &Batch{buf: bytes.Repeat(t.Request, depth), Depth: depth, alike: 1, reply: t.Reply, keys: keys}
	if t.Alike {
		b.alike = len(t.KeysAt)
	}
	for i := range depth {
		for _, at := range t.KeysAt {
			b.keysAt = append(b.keysAt, i*len(t.Request)+at)
		}
	}
	b.patch()
	return b
}

// patch writes the next numbers into all keys of the batch.
func (b *Batch) patch() {
	for i := 0; i < len(b.keysAt); i += b.alike {
		n := b.keys.Next()
		for _, at := range b.keysAt[i : i+b.alike] {
			PutDigits(b.buf[at:at+KeyDigits], n)
		}
	}
}

// PutDigits writes n in decimal over the whole of dst, two digits at a time.
func PutDigits(dst []byte, n uint64) {
	for i := KeyDigits - 2; i >= 0; i -= 2 {
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

// KeySource yields key numbers below Count: at random while state is set,
// else one after the other (to load every key once).
type KeySource struct {
	Count uint64
	state uint64 // of the generator; never 0 once seeded
	turn  uint64 // the next key in order
}

// RandomKeys draws from so many keys.
func RandomKeys(count int, seed uint64) KeySource {
	return KeySource{Count: uint64(count), state: seed | 1}
}

// FreshKeys counts up from a number on, and never comes to an end: each key is a new one.
func FreshKeys(from uint64) KeySource { return KeySource{turn: from} }

// EveryKey counts up, and begins again behind the last.
func EveryKey(count int) KeySource { return KeySource{Count: uint64(count)} }

// Next is xorshift64* (Vigna), its upper bits scaled to count without a division.
func (k *KeySource) Next() uint64 {
	if k.state == 0 {
		n := k.turn
		if k.turn++; k.turn == k.Count {
			k.turn = 0
		}
		return n
	}
	k.state ^= k.state >> 12
	k.state ^= k.state << 25
	k.state ^= k.state >> 27
	n, _ := bits.Mul64(k.state*0x2545F4914F6CDD1D, k.Count)
	return n
}
