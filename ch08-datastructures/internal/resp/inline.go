// inline.go: requests typed by hand, a line of words with a shell's quotes.
//
//	SET greeting "hello\n"   →   SET | greeting | hello⏎
//
// In double quotes \n \r \t \b \a and \xHH stand for bytes, and a backslash
// before any other byte for that byte. In single quotes only \' is special. A
// closing quote ends its word, so a space or the line's end must follow it; an
// opening one may stand inside a word. Redis: sds.c, sdssplitargs.

package resp

import "bytes"

// parseInline is Parse for a request that does not begin with '*'.
func (p *Parser) parseInline(buf []byte, args [][]byte) (int, [][]byte, error) {
	newline := p.find(buf, '\n')
	if newline < 0 {
		if len(buf) > MaxLine {
			return 0, args, ErrInlineLine
		}
		return 0, args, nil
	}
	args, ok := SplitWords(bytes.TrimSuffix(buf[:newline], []byte{'\r'}), args)
	if !ok {
		return 0, args, ErrQuotes
	}
	p.pos = newline + 1
	return p.finish(), args, nil
}

// SplitWords appends line's words to args. A word without its quotes and
// escapes is never longer than with them, so it is written over itself, and
// the words borrow from line. ok is false if a quote is not closed, or is
// closed in the middle of a word.
func SplitWords(line []byte, args [][]byte) (_ [][]byte, ok bool) {
	for {
		for len(line) > 0 && isSpace(line[0]) {
			line = line[1:]
		}
		if len(line) == 0 {
			return args, true
		}
		n, length, ok := unquoteWord(line)
		if !ok {
			return args, false
		}
		args = append(args, line[:length:length])
		line = line[n:]
	}
}

// unquoteWord resolves the quotes and escapes of the word that line begins
// with. The word takes up n bytes and is length bytes long, from the line's
// first byte, when they are gone.
func unquoteWord(line []byte) (n, length int, ok bool) {
	var quote byte // the quote we are in, or 0
	for n < len(line) {
		b, size := line[n], 1
		switch {
		case quote == 0 && endsWord(b):
			return n, length, true
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
			n++
			continue
		case quote != 0 && b == quote:
			n++
			return n, length, n == len(line) || isSpace(line[n])
		case quote == '"' && b == '\\':
			b, size = unescape(line[n:])
		case quote == '\'' && b == '\\' && n+1 < len(line) && line[n+1] == '\'':
			b, size = '\'', 2
		}
		line[length] = b
		length++
		n += size
	}
	return n, length, quote == 0
}

// unescape resolves the escape at the front of s, which begins with a
// backslash, and returns the byte it stands for and its size.
func unescape(s []byte) (b byte, size int) {
	if len(s) == 1 {
		return '\\', 1
	}
	if len(s) >= 4 && s[1] == 'x' {
		high, ok1 := hexDigit(s[2])
		low, ok2 := hexDigit(s[3])
		if ok1 && ok2 {
			return high<<4 | low, 4
		}
	}
	switch s[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'b':
		return '\b', 2
	case 'a':
		return '\a', 2
	}
	return s[1], 2
}

func hexDigit(b byte) (value byte, ok bool) {
	switch {
	case b >= '0' && b <= '9':
		return b - '0', true
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10, true
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10, true
	}
	return 0, false
}

// endsWord holds for the bytes that end a word outside quotes. Two that isSpace
// skips between words, \v and \f, do not, as in Redis.
func endsWord(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }

func isSpace(b byte) bool { return endsWord(b) || b == '\v' || b == '\f' }
