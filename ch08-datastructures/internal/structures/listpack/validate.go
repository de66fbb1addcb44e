// validate.go: bytes that come from elsewhere, from a file or a hostile client.
//
// All other functions trust the bytes: they were written here. Validate walks forwards
// and trusts nothing: no element may reach beyond the end, each backlen must be its
// element's, and the head must say how many and how long they are. After that nothing
// reads outside of the block. Redis: listpack.c, lpValidateIntegrity.

package listpack

// Validate reports whether b is a pack, whole. O(n).
func Validate(b []byte) bool {
	if len(b) < headSize+1 || int64(order.Uint32(b)) != int64(len(b)) || b[len(b)-1] != endMark {
		return false
	}
	count := 0
	at, end := headSize, len(b)-1
	for ; at < end; count++ {
		if end-at < headLen(b[at]) {
			return false
		}
		n := encodedLen(b[at:])
		if n == 0 || end-at < n+backlenSize(n) {
			return false
		}
		var want [5]byte
		size := putBacklen(want[:], n)
		if string(want[:size]) != string(b[at+n:at+n+size]) {
			return false
		}
		at += n + size
	}
	said := int(order.Uint16(b[4:]))
	return at == end && (said == unknown || said == count)
}

// headLen is how many bytes encodedLen reads of an element that begins with c.
func headLen(c byte) int {
	switch {
	case c >= 0xe0 && c < 0xf0:
		return 2
	case c == string32:
		return 5
	}
	return 1
}
