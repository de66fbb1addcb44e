// generate.go: commands on keys, with good and bad arguments, drawn at random.

package differential

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// Keys is every key that a sequence may set: few, so that commands meet, and
// such as are easily got wrong.
var Keys = []string{"a", "b", "ab", "A", "", "\x00\r\n", "\xff\xfe", "h*[", "a longer key, of more than 44 bytes in all, for good measure"}

var (
	// Most commands are for the first two keys, so that they meet more often.
	key      = pick(slices.Concat(Keys, Keys[:2], Keys[:2], Keys[:2])...)
	value    = pick("v", "w", "", "12", "-7", "NX", "EX", "\x00\xff\r\n", "$3\r\nfoo\r\n", strings.Repeat("0123456789", 20))
	pattern  = pick("*", "a*", "?", "[a-b]*", "[^a]*", "[b-a]", "*b", "", "??", "h\\*\\[", "h[*", "[", "\\", "*\xfe", "[^", "[A-a]", "*e*d*")
	late     = pick("4102444800", "4102444801", "4133980800")                                                  // seconds
	lateMs   = pick("4102444800000", "4102444800499", "4102444800500", "4133980800000", "9223372036854775807") // milliseconds
	garbage  = pick("foo", "", "10", "E", "NXX", "KEEPTT", "get ", "\x00", "N\x00X", "a\r\nb\n", "\xff%s")
	badTimes = pick("x", "", " 5", "5 ", "1.5", "+5", "05", "-", "1e3", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "\x005", "NX")

	// What is past, or too much for most of the commands.
	edgeTimes = pick("0", "-1", "1", "-1000", "-9223372036854775808", "-9223372036854775", "-9223372036854776", "9223372036854775807", "9223372036854776", "9223372036854775")
)

// Sequences makes up to 60 steps of the commands that every chapter with keys has.
func Sequences() *rapid.Generator[Sequence] { return SequencesOf(firstWithKeys) }

// firstWithKeys is the chapter from which on there are commands on keys.
const firstWithKeys = 3

// SequencesOf makes up to 60 steps of the commands that a chapter has: those on
// keys, and from chapter 5 on those on numbers and databases.
func SequencesOf(chapter int) *rapid.Generator[Sequence] {
	makers := byWeight(kinds)
	if chapter >= firstWithObjects {
		makers = append(makers, byWeight(objectKinds)...)
	}
	step := rapid.Custom(func(t *rapid.T) Sequence { return pick(makers...).Draw(t, "kind")(t) })
	least := pick(1, 5, 10, 20)
	return rapid.Custom(func(t *rapid.T) Sequence {
		return slices.Concat(rapid.SliceOfN(step, least.Draw(t, "least"), 60).Draw(t, "steps")...)
	})
}

// SequencesEnd is what is asked in the end, after one of SequencesOf: all that there is. What
// is over is gone when it has been asked for, and not counted.
func SequencesEnd(chapter int) (requests [][]string) {
	questions := []string{"TYPE", "GET", "TTL", "EXPIRETIME"}
	for _, db := range slices.Concat(Databases(chapter), []string{""})[:max(1, len(Databases(chapter)))] {
		if db != "" {
			requests = append(requests, []string{"SELECT", db})
		}
		requests = append(requests, append([]string{"EXISTS"}, Keys...), []string{"DBSIZE"}, []string{"KEYS", "*"})
		for _, key := range Keys {
			for _, name := range questions {
				requests = append(requests, []string{name, key})
			}
			if db != "" {
				requests = append(requests, []string{"OBJECT", "ENCODING", key})
			}
		}
	}
	return requests
}

// kind is a kind of steps, and how often they are drawn.
type kind struct {
	weight int
	make   func(*rapid.T) Sequence
}

var kinds = []kind{
	{4, single(plainSet)},
	{8, single(setWithOptions)},
	{12, single(expire)},
	{6, single(oneKey)},
	{5, single(manyKeys)},
	{2, single(keys)},
	{1, whole},
	{1, single(wrongCount)},
}

func byWeight(kinds []kind) (makers []func(*rapid.T) Sequence) {
	for _, k := range kinds {
		for range k.weight {
			makers = append(makers, k.make)
		}
	}
	return makers
}

// single makes a step of one command.
func single(command func(*rapid.T) Command) func(*rapid.T) Sequence {
	return func(t *rapid.T) Sequence { return Sequence{command(t)} }
}

// pick draws each of the options as often as the others. (SampledFrom prefers
// the first ones.) It shrinks to the first.
func pick[V any](options ...V) *rapid.Generator[V] {
	bit := rapid.Bool()
	return rapid.Custom(func(t *rapid.T) V {
		n := 0
		for range 10 {
			n *= 2
			if bit.Draw(t, "bit") {
				n++
			}
		}
		return options[n*len(options)>>10]
	})
}

func text(words ...string) (c Command) {
	for _, w := range words {
		c = append(c, Word{Text: w})
	}
	return c
}

// cased is one of the words, in some case.
func cased(t *rapid.T, words ...string) string {
	word := pick(words...).Draw(t, "word")
	switch pick(0, 1, 2, 3).Draw(t, "case") {
	case 1:
		return strings.ToLower(word)
	case 2:
		return word[:1] + strings.ToLower(word[1:])
	case 3:
		return strings.ToLower(word[:1]) + word[1:]
	}
	return word
}

func plainSet(t *rapid.T) Command {
	return text(cased(t, "SET"), key.Draw(t, "key"), value.Draw(t, "value"))
}

func setWithOptions(t *rapid.T) Command {
	c := plainSet(t)
	for range pick(1, 1, 1, 2, 2, 3, 4).Draw(t, "options") {
		option := cased(t, "EX", "PX", "EXAT", "PXAT", "KEEPTTL", "NX", "XX", "GET", "GET", "KEEPTTL", "EX", "PXAT", "GARBAGE")
		switch strings.ToUpper(option) {
		case "EX":
			c = append(c, Word{Text: option}, timeWord(t, time.Second, false))
		case "PX":
			c = append(c, Word{Text: option}, timeWord(t, time.Millisecond, false))
		case "EXAT":
			c = append(c, Word{Text: option}, timeWord(t, time.Second, true))
		case "PXAT":
			c = append(c, Word{Text: option}, timeWord(t, time.Millisecond, true))
		case "GARBAGE":
			c = append(c, Word{Text: garbage.Draw(t, "garbage")})
		default:
			c = append(c, Word{Text: option})
		}
	}
	return c
}

// timeWord is a time for an option or a command: mostly one that is to come.
func timeWord(t *rapid.T, unit time.Duration, absolute bool) Word {
	switch n := pick(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).Draw(t, "time"); {
	case n == 11:
		return Word{Text: badTimes.Draw(t, "bad time")}
	case n >= 9:
		return Word{Text: edgeTime(t, unit, absolute)}
	case !absolute:
		return Word{Unit: unit, Thousand: pick(1, 2, 3, 4, 5, 6).Draw(t, "thousand hours")}
	case unit == time.Second:
		return Word{Text: late.Draw(t, "late")}
	default:
		return Word{Text: lateMs.Draw(t, "late")}
	}
}

// edgeTime is a time at the end of a range. A moment from now would be over at
// one server and not at the other, and what is just not too much could not be
// told from itself, a millisecond later, by GT.
func edgeTime(t *rapid.T, unit time.Duration, absolute bool) string {
	edge := edgeTimes.Draw(t, "edge")
	switch {
	case absolute:
	case edge == "1":
		return "-1"
	case unit == time.Millisecond && (edge == "9223372036854775" || edge == "9223372036854776"):
		return "-1"
	}
	return edge
}

func expire(t *rapid.T) Command {
	name := cased(t, "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT")
	unit := time.Second
	if strings.EqualFold(name[:1], "P") {
		unit = time.Millisecond
	}
	c := append(text(name, key.Draw(t, "key")), timeWord(t, unit, strings.EqualFold(name[len(name)-2:], "AT")))
	for range pick(0, 0, 1, 1, 1, 2).Draw(t, "options") {
		option := cased(t, "NX", "XX", "GT", "LT", "GT", "LT", "GARBAGE")
		if strings.EqualFold(option, "GARBAGE") {
			option = garbage.Draw(t, "garbage")
		}
		c = append(c, Word{Text: option})
	}
	return c
}

func oneKey(t *rapid.T) Command {
	return text(cased(t, "GET", "GET", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "PERSIST", "TYPE"), key.Draw(t, "key"))
}

func manyKeys(t *rapid.T) Command {
	some := rapid.SliceOfN(key, 1, 4).Draw(t, "keys")
	return text(append([]string{cased(t, "DEL", "UNLINK", "EXISTS", "EXISTS")}, some...)...)
}

func keys(t *rapid.T) Command { return text(cased(t, "KEYS"), pattern.Draw(t, "pattern")) }

// whole is a command on a database, or on all. Before keys are counted each is
// asked for.
func whole(t *rapid.T) Sequence {
	switch name := cased(t, "DBSIZE", "DBSIZE", "DBSIZE", "FLUSHALL", "FLUSHDB"); strings.ToUpper(name) {
	case "DBSIZE":
		return Sequence{text(append([]string{"EXISTS"}, Keys...)...), text(name)}
	default:
		words := rapid.SliceOfN(pick("ASYNC", "sync", "foo"), 0, 2).Draw(t, "words")
		return Sequence{text(append([]string{name}, words...)...)}
	}
}

func wrongCount(t *rapid.T) Command {
	name := cased(t, "GET", "SET", "DEL", "UNLINK", "EXISTS", "TYPE", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "KEYS", "DBSIZE", "NOSUCH")
	switch strings.ToUpper(name) {
	case "GET", "TYPE", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "KEYS":
		return text(pick([]string{name}, []string{name, "a", "b"}).Draw(t, "words")...)
	case "DBSIZE":
		return text(name, "x")
	case "DEL", "UNLINK", "EXISTS":
		return text(name)
	default:
		return text(pick([]string{name}, []string{name, "a"}).Draw(t, "words")...)
	}
}
