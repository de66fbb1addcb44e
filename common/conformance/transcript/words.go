// words.go: a typed line, split into words.

package transcript

import (
	"errors"
	"strconv"
)

// Words splits a line as redis-cli and inline requests do: at white space,
// with "..." that knows \n \r \t \a \b \xHH and \c for c itself, and '...' that
// knows \'. A closing quote must end its word. Redis: sds.c, sdssplitargs.
func Words(line string) ([]string, error) {
	var words []string
	for i := 0; ; {
		for i < len(line) && space(line[i]) {
			i++
		}
		if i == len(line) {
			return words, nil
		}
		var word []byte
		for i < len(line) && !space(line[i]) {
			quote := line[i]
			if quote != '"' && quote != '\'' {
				word = append(word, quote)
				i++
				continue
			}
			text, next, ok := quoted(line, i)
			if !ok || next < len(line) && !space(line[next]) {
				return nil, errors.New("unbalanced quotes")
			}
			word = append(word, text...)
			i = next
		}
		words = append(words, string(word))
	}
}

func space(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' || c == 0 }

// quoted reads the quoted text whose opening quote is line[at]; next is the
// index after its closing one.
func quoted(line string, at int) (text []byte, next int, ok bool) {
	quote := line[at]
	for i := at + 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == quote:
			return text, i + 1, true
		case c == '\\' && i+1 < len(line) && (quote == '"' || line[i+1] == '\''):
			b, length := escaped(line[i+1:], quote)
			text = append(text, b)
			i += length
		default:
			text = append(text, c)
		}
	}
	return nil, 0, false
}

// escaped reads what follows a backslash, and says how many bytes that is.
func escaped(s string, quote byte) (b byte, length int) {
	if quote == '"' {
		if s[0] == 'x' && len(s) >= 3 {
			if v, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
				return byte(v), 3
			}
		}
		switch s[0] {
		case 'n':
			return '\n', 1
		case 'r':
			return '\r', 1
		case 't':
			return '\t', 1
		case 'a':
			return '\a', 1
		case 'b':
			return '\b', 1
		}
	}
	return s[0], 1
}
