// Package resp turns bytes into requests and replies into bytes: RESP, the
// REdis Serialization Protocol. It does no I/O.
//
// A request is an array of bulk strings, each with its length before it, so
// that a value may hold any byte and nobody searches for its end:
//
//	*2\r\n          two bulk strings follow
//	$4\r\nECHO\r\n  four bytes
//	$2\r\nhi\r\n    two bytes
//
// or, for people with a bare terminal, one line of words: an inline request
// (inline.go).
//
// TCP delivers a stream, not messages: a request arrives in any number of
// pieces, and a piece may hold many requests.
package resp

import "math"

// Redis' limits. A request beyond them ends its connection.
const (
	MaxBulk      = 512 << 20     // bytes of one argument, unless a Parser says otherwise (proto-max-bulk-len)
	MaxLine      = 64 << 10      // bytes of an inline request or of a length's line (PROTO_INLINE_MAX_SIZE)
	MaxArguments = math.MaxInt32 // arguments of one request

	// And of one of a client that has yet to say the password: the words of AUTH are few and short.
	strangerArguments = 10
	strangerBulk      = 16 << 10
)

// A ProtocolError is what the peer is told before its connection closes. The
// text is Redis', without the leading "-ERR ".
type ProtocolError string

func (e ProtocolError) Error() string { return string(e) }

// The protocol errors of networking.c, in processMultibulkBuffer's order.
const (
	ErrMultibulkLine   = ProtocolError("Protocol error: too big mbulk count string")
	ErrMultibulkLength = ProtocolError("Protocol error: invalid multibulk length")
	ErrBulkLine        = ProtocolError("Protocol error: too big bulk count string")
	ErrBulkLength      = ProtocolError("Protocol error: invalid bulk length")
	ErrInlineLine      = ProtocolError("Protocol error: too big inline request")
	ErrStrangerLength  = ProtocolError("Protocol error: unauthenticated multibulk length")
	ErrStrangerBulk    = ProtocolError("Protocol error: unauthenticated bulk length")
	ErrQuotes          = ProtocolError("Protocol error: unbalanced quotes in request")
)

// Parser finds the requests at the front of a buffer. It remembers how far it
// got in a request that has not arrived whole, so that no byte is looked at
// twice however many pieces the request comes in. The zero value is ready.
//
//	*2\r\n $4\r\n ECHO\r\n $5\r\n he
//	             └span┘        ▲ pos: the bulk of length 5 starts here
//
// It keeps offsets, never pointers: between two calls the caller may move the
// bytes to another buffer.
type Parser struct {
	MaxBulk  *int // bytes of one argument, as they are set now; nil is the constant
	Stranger bool // nobody knows yet whether the client may be here: its requests are short

	pos     int    // offset of the first byte that is not understood yet
	seen    int    // no line ending lies between pos and here
	missing int    // bulk strings still to come; 0 before the first line
	bulk    int    // length of the bulk string at pos; -1 before its line
	spans   []span // where the bulk strings lie that are whole
}

// span is the place of one argument in the buffer.
type span struct{ start, end int }

// keepSpans is how many spans an idle parser may hold on to. Most requests
// have fewer arguments, and most connections are idle.
const keepSpans = 8

// Parse looks for one request at the front of buf and returns how many bytes
// it takes up and its arguments, appended to args. n is 0 while the request has
// not arrived whole: call again with the same bytes and more. A request may have
// no arguments (an empty line, *0): skip its n bytes.
//
// The arguments borrow from buf. The escapes of an inline request are resolved
// in place, so the n bytes of buf belong to Parse. The error is a
// ProtocolError, after which the stream cannot be understood any more.
//
// Cost: linear in the bytes not seen before. Redis: networking.c,
// processMultibulkBuffer and processInlineBuffer.
func (p *Parser) Parse(buf []byte, args [][]byte) (n int, _ [][]byte, err error) {
	if p.missing == 0 {
		if len(buf) == 0 {
			return 0, args, nil
		}
		if buf[0] != '*' {
			return p.parseInline(buf, args)
		}
		if !p.Stranger {
			if n, args := parseWhole(buf, args); n > 0 {
				p.seen = 0
				return n, args, nil
			}
		}
		cr, err := p.lineEnd(buf, ErrMultibulkLine)
		if cr < 0 {
			return 0, args, err
		}
		count, ok := ParseInt(buf[1:cr])
		if !ok || count > MaxArguments {
			return 0, args, ErrMultibulkLength
		}
		if p.Stranger && count > strangerArguments {
			return 0, args, ErrStrangerLength
		}
		p.pos, p.seen = cr+2, cr+2
		if count <= 0 {
			return p.finish(), args, nil
		}
		p.missing, p.bulk = int(count), -1
	}
	for p.missing > 0 {
		if ok, err := p.readBulk(buf); !ok || err != nil {
			return 0, args, err
		}
	}
	for _, s := range p.spans {
		args = append(args, buf[s.start:s.end:s.end])
	}
	return p.finish(), args, nil
}

// parseWhole is Parse for what nearly every request is: all there, and with lengths
// of a few digits. It needs no memory of where it was. n is 0 for any other
// request, which is then read with care; of a long one it has seen little.
func parseWhole(buf []byte, args [][]byte) (n int, _ [][]byte) {
	missing, at := shortLength(buf, 0, '*')
	before := len(args)
	for ; missing > 0; missing-- {
		length, start := shortLength(buf, at, '$')
		end := start + length
		if start == 0 || end+2 > len(buf) {
			clear(args[before:]) // or they would keep buf alive
			return 0, args[:before]
		}
		args = append(args, buf[start:end:end])
		at = end + 2
	}
	if len(args) == before {
		return 0, args
	}
	return at, args
}

// shortLength reads the line of a length at an offset, "$12\r\n", and returns what
// follows it; next is 0 if there is no such line of up to maxDigits digits.
func shortLength(buf []byte, at int, kind byte) (length, next int) {
	const maxDigits = 4
	line := buf[at:]
	if len(line) < len("$0\r\n") || line[0] != kind {
		return 0, 0
	}
	length = int(line[1] - '0')
	switch {
	case length > 9:
		return 0, 0
	case line[2] == '\r': // as most are
		return length, at + len("$0\r\n")
	case length == 0:
		return 0, 0
	}
	for i := 2; i < len(line)-1 && i <= 1+maxDigits; i++ {
		digit := line[i] - '0'
		if digit <= 9 {
			length = 10*length + int(digit)
			continue
		}
		if line[i] != '\r' {
			break
		}
		return length, at + i + len("\r\n")
	}
	return 0, 0
}

// readBulk reads the bulk string at pos. It reports whether it was all there.
func (p *Parser) readBulk(buf []byte) (ok bool, err error) {
	if p.bulk < 0 {
		cr, err := p.lineEnd(buf, ErrBulkLine)
		if cr < 0 {
			return false, err
		}
		if buf[p.pos] != '$' {
			return false, notABulk(buf[p.pos])
		}
		length, ok := ParseInt(buf[p.pos+1 : cr])
		if !ok || length < 0 || length > p.maxBulk() {
			return false, ErrBulkLength
		}
		if p.Stranger && length > strangerBulk {
			return false, ErrStrangerBulk
		}
		p.pos, p.seen, p.bulk = cr+2, cr+2, int(length)
	}
	end := p.pos + p.bulk
	if len(buf) < end+2 { // the two bytes behind it are its line ending
		return false, nil
	}
	p.spans = append(p.spans, span{p.pos, end})
	p.pos, p.seen, p.bulk = end+2, end+2, -1
	p.missing--
	return true, nil
}

// maxBulk is the limit in force. Lengths of four bytes hold any argument.
func (p *Parser) maxBulk() int64 {
	if p.MaxBulk == nil {
		return MaxBulk
	}
	return min(int64(*p.MaxBulk), math.MaxUint32)
}

// notABulk is the error where b stands and a bulk string should begin. A line
// break would end the error's line early, so it shows as a space.
func notABulk(b byte) ProtocolError {
	if b == '\r' || b == '\n' {
		b = ' '
	}
	return ProtocolError("Protocol error: expected '$', got '" + string([]byte{b}) + "'")
}

// lineEnd returns the offset of the \r that ends the line at pos, or -1 while
// it and the byte behind it have not both arrived. The error is tooLong if the
// line has become too long to hold a length.
func (p *Parser) lineEnd(buf []byte, tooLong ProtocolError) (cr int, err error) {
	switch cr = p.find(buf, '\r'); {
	case cr < 0 && len(buf)-p.pos > MaxLine:
		return -1, tooLong
	case cr+1 == len(buf):
		return -1, nil
	}
	return cr, nil
}

// find returns the offset of the first end, which ends a line, from seen on, or -1
// while it has not arrived. As in Redis, whose strchr stops there, a line with a
// NUL has no end: more bytes only make it too long.
func (p *Parser) find(buf []byte, end byte) int {
	// Most lines are three bytes long: a loop beats a call to bytes.IndexByte.
	for i := p.seen; i < len(buf); i++ {
		if buf[i] == end {
			p.seen = i
			return i
		}
		if buf[i] == 0 {
			p.seen = i
			return -1
		}
	}
	p.seen = len(buf)
	return -1
}

// Endless reports, after a Parse of buf that found no whole request, whether
// none will ever come of it: the line it has begun holds a NUL.
func (p *Parser) Endless(buf []byte) bool {
	inLine := p.missing == 0 || p.bulk < 0
	return inLine && p.seen < len(buf) && buf[p.seen] == 0
}

// finish forgets the request that ends at pos and returns its length in bytes.
func (p *Parser) finish() int {
	n, spans := p.pos, p.spans[:0]
	if cap(spans) > keepSpans {
		spans = nil
	}
	*p = Parser{MaxBulk: p.MaxBulk, Stranger: p.Stranger, spans: spans}
	return n
}

// Arriving returns where in the buffer the bulk string stands that has not
// arrived whole, its line ending included. end is 0 while its length is unknown.
// A reader may use it to size its buffer.
func (p *Parser) Arriving() (start, end int) {
	if p.missing == 0 || p.bulk < 0 {
		return 0, 0
	}
	return p.pos, p.pos + p.bulk + 2
}

// ParseInt reads a whole signed 64-bit decimal: no spaces, no plus sign, no
// leading zeros, no -0. ok is false for anything else. Redis: util.c, string2ll.
func ParseInt(b []byte) (n int64, ok bool) {
	if len(b) == 1 && b[0] == '0' {
		return 0, true
	}
	negative := len(b) > 0 && b[0] == '-'
	digits := b
	if negative {
		digits = b[1:]
	}
	// 19 digits hold every int64 and never overflow the uint64 below.
	if len(digits) == 0 || len(digits) > 19 || digits[0] == '0' {
		return 0, false
	}
	var v uint64
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		v = v*10 + uint64(d-'0')
	}
	switch {
	case negative && v <= -math.MinInt64:
		return -int64(v), true
	case !negative && v <= math.MaxInt64:
		return int64(v), true
	}
	return 0, false
}
