//go:build poison

// poison_on.go: freed memory holds a pattern, so that whoever still reads it sees
// nonsense, and whoever writes to it is found out when it is used again.

package zmalloc

import (
	"bytes"
	"fmt"
	"unsafe"
)

var (
	poison     = []byte{0xDE, 0xAD, 0xBE, 0xEF, 0xFE, 0xED, 0xFA, 0xCE}
	poisonPage = bytes.Repeat(poison, pageSize/len(poison))
	zeroPage   = make([]byte, pageSize)
)

// fillPoison fills a block of a slab that is being freed. Its first bytes are the
// list's.
func fillPoison(r Ref, size int) {
	b := Bytes(r)[:size]
	if size > unit && isPoisoned(b) {
		panic(fmt.Sprintf("zmalloc: %d is freed twice", r))
	}
	for copied := 0; copied < len(b); {
		copied += copy(b[copied:], poisonPage)
	}
}

// checkPoison looks at such a block when it is used again.
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
	for i := unit; i < len(b); i += pageSize {
		n := min(len(b)-i, pageSize)
		if !bytes.Equal(b[i:i+n], poisonPage[:n]) {
			return false
		}
	}
	return true
}

func pageBytes(at uint32) []byte {
	return unsafe.Slice((*byte)(Pointer(Ref(at*perPage))), pageSize)
}

// poisonPages fills pages that are being freed: a large block's, or an empty slab's.
func poisonPages(at, n uint32) {
	for i := range n {
		copy(pageBytes(at+i), poisonPage)
	}
}

// checkFreed looks at free pages that are used again, or go back to the kernel: the
// dirty ones hold the pattern, and the clean ones zeros.
func checkFreed(at, n uint32) {
	for i := at; i < at+n; i++ {
		holds := zeroPage
		if countDirty(i, 1) == 1 {
			holds = poisonPage
		}
		if !bytes.Equal(pageBytes(i), holds) {
			panic(fmt.Sprintf("zmalloc: somebody wrote to page %d after it was freed", i))
		}
	}
}
