// quote.go: a word with its quotes, as SplitWords reads it.
//
//	my file\t→   "my file\t\xe2\x86\x92"
//
// Redis: sds.c, sdscatrepr and sdsneedsrepr.

package resp

// AppendQuoted appends a word in double quotes. Bytes that are no printable ASCII
// are escaped, so that the line holds any word and can be read by people.
func AppendQuoted(dst []byte, word string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(word) {
		b := word[i]
		switch {
		case b == '\\' || b == '"':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, `\n`...)
		case b == '\r':
			dst = append(dst, `\r`...)
		case b == '\t':
			dst = append(dst, `\t`...)
		case b == '\a':
			dst = append(dst, `\a`...)
		case b == '\b':
			dst = append(dst, `\b`...)
		case !isPrintable(b):
			dst = append(dst, '\\', 'x', hex[b>>4], hex[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}

// NeedsQuotes reports whether SplitWords would not read a word back that stands
// there as it is.
func NeedsQuotes(word string) bool {
	for i := range len(word) {
		if b := word[i]; b == ' ' || b == '"' || b == '\'' || b == '\\' || !isPrintable(b) {
			return true
		}
	}
	return word == ""
}

func isPrintable(b byte) bool { return b >= ' ' && b <= '~' }
