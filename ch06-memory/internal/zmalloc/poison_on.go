//go:build poison

package zmalloc

import "fmt"

// poison_on.go: freed blocks hold a pattern, so that whoever still reads them sees
// nonsense, and whoever writes to them is found out when the block is used again.

var poison = [unit]byte{0xDE, 0xAD, 0xBE, 0xEF, 0xFE, 0xED, 0xFA, 0xCE}

// fillPoison fills a block that is being freed. Its first bytes are the list's.
func fillPoison(r Ref, size int) {
	b := Bytes(r)[:size]
	if size > unit && isPoisoned(b) {
		panic(fmt.Sprintf("zmalloc: %d is freed twice", r))
	}
	for i := range b {
		b[i] = poison[i%unit]
	}
}

// checkPoison looks at a block that is used again.
func checkPoison(r Ref, size int) {
	if b := Bytes(r)[:size]; size > unit && !isPoisoned(b) {
		panic(fmt.Sprintf("zmalloc: somebody wrote to %d after it was freed", r))
	}
}

// fillFresh fills a block that nobody has written to yet: it must not look freed.
func fillFresh(r Ref, size int) {
	b := Bytes(r)[:size]
	for i := range b {
		b[i] = 0xCD
	}
}

func isPoisoned(b []byte) bool {
	for i := unit; i < len(b); i++ {
		if b[i] != poison[i%unit] {
			return false
		}
	}
	return true
}
