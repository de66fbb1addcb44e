// Package glob matches strings against Redis' patterns.
//
//	h?llo      one byte, any
//	h*llo      any bytes, also none
//	h[ae]llo   one of these; h[^ae]llo none of these; h[a-c]llo from a to c
//	h\?llo     the byte itself, whatever it means otherwise
//
// Bytes, not characters. A class without its ] ends with the pattern; a
// backslash that ends the pattern stands for itself. Of the patterns with stars
// only * itself matches an empty string: two or more do not, in Redis neither.
// Redis: util.c, stringmatchlen; db.c, keysCommand.
package glob

// Match reports whether the whole of s matches pattern.
//
// A star is tried with the shortest run first. When the rest does not match,
// only the last star takes one byte more: what an earlier star could gain by
// it, the last one can gain too. So the cost is O(len(pattern) * len(s)) at
// worst, where trying every star anew would take exponential time.
func Match(pattern, s []byte) bool { return match(pattern, s, false) }

// MatchFold is Match without regard to the case of ASCII letters.
func MatchFold(pattern, s []byte) bool { return match(pattern, s, true) }

func match(pattern, s []byte, fold bool) bool {
	if len(s) == 0 {
		return len(pattern) == 0 || string(pattern) == "*"
	}
	var p, i int         // the next byte of pattern and of s
	star, starI := -1, 0 // behind the last star, and where its run ends so far
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, starI = p, i
			continue
		}
		if p < len(pattern) {
			if size, ok := matchOne(pattern[p:], s[i], fold); ok {
				p += size
				i++
				continue
			}
		}
		if star < 0 {
			return false
		}
		starI++
		p, i = star, starI
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne matches b against the element that pattern begins with, anything but
// a star, and returns the element's size.
func matchOne(pattern []byte, b byte, fold bool) (size int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		return matchClass(pattern, b, fold)
	case '\\':
		if len(pattern) > 1 {
			return 2, lower(pattern[1], fold) == lower(b, fold)
		}
	}
	return 1, lower(pattern[0], fold) == lower(b, fold)
}

// matchClass matches b against the class that pattern begins with.
func matchClass(pattern []byte, b byte, fold bool) (size int, ok bool) {
	i := 1
	negated := i < len(pattern) && pattern[i] == '^'
	if negated {
		i++
	}
	for ; i < len(pattern) && pattern[i] != ']'; i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			i++
			ok = ok || pattern[i] == b // an escaped letter keeps its case
		case i+2 < len(pattern) && pattern[i+1] == '-':
			first, last := lower(pattern[i], fold), lower(pattern[i+2], fold)
			ok = ok || min(first, last) <= lower(b, fold) && lower(b, fold) <= max(first, last)
			i += 2
		default:
			ok = ok || lower(pattern[i], fold) == lower(b, fold)
		}
	}
	return min(i+1, len(pattern)), ok != negated
}

func lower(b byte, fold bool) byte {
	if fold && b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
