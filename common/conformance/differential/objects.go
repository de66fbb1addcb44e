// objects.go: the commands of chapter 5, drawn at random.

package differential

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// firstWithObjects is the chapter from which on there are numbers, encodings
// and more than one database.
const firstWithObjects = 5

// Databases returns the databases that a chapter's sequences may use.
func Databases(chapter int) []string {
	if chapter < firstWithObjects {
		return nil
	}
	return []string{"0", "1", "2", "15"}
}

var objectKinds = []kind{
	{5, single(setNumber)},
	{6, single(incr)},
	{6, single(incrBy)},
	{6, single(object)},
	{4, single(selectDB)},
	{2, single(swapDB)},
	{4, single(move)},
	{1, randomKey},
	{2, single(wrongCountOfObjects)},
}

var (
	database    = pick("0", "1", "2", "15", "0", "1", "2", "15", "0", "1")
	badDatabase = pick("16", "-1", "x", "", "01", "1 ", "1.0", "99999999999999999999", "2147483647", "-2147483648", "2147483648", "4294967296")

	// What is a number, what is nearly one, and what text costs a byte more or less.
	number = pick("0", "1", "-1", "9", "9998", "9999", "10000", "-9999", "9223372036854775806", "9223372036854775807", "-9223372036854775807", "-9223372036854775808",
		"9223372036854775808", "-9223372036854775809", "00", "-0", "+1", "01", " 1", "1 ", "1.0", "1e3", "-", "0x10", "12345678901234567890", "1\x00",
		strings.Repeat("x", 43), strings.Repeat("x", 44), strings.Repeat("x", 45), strings.Repeat("1", 44), strings.Repeat("1", 45))
	amount = pick("0", "1", "-1", "10", "-10", "10000", "4611686018427387904", "-4611686018427387904", "9223372036854775807", "-9223372036854775807", "-9223372036854775808",
		"1", "2", "-3", "9223372036854775808", "-9223372036854775809", "x", "", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "-", "\x00")
)

// setNumber sets a key to a number, or to what is none, and may keep its TTL.
func setNumber(t *rapid.T) Command {
	c := text(cased(t, "SET"), key.Draw(t, "key"), number.Draw(t, "number"))
	return slices.Concat(c, pick(nil, nil, text("KEEPTTL"), text("GET")).Draw(t, "option"))
}

func incr(t *rapid.T) Command {
	return text(cased(t, "INCR", "DECR"), key.Draw(t, "key"))
}

func incrBy(t *rapid.T) Command {
	return text(cased(t, "INCRBY", "DECRBY"), key.Draw(t, "key"), amount.Draw(t, "amount"))
}

func object(t *rapid.T) Command {
	return text(cased(t, "OBJECT"), cased(t, "ENCODING", "ENCODING", "REFCOUNT"), key.Draw(t, "key"))
}

// aDatabase is mostly one that there is.
func aDatabase(t *rapid.T) string {
	if pick(0, 1, 2, 3, 4).Draw(t, "good") == 4 {
		return badDatabase.Draw(t, "bad database")
	}
	return database.Draw(t, "database")
}

func selectDB(t *rapid.T) Command { return text(cased(t, "SELECT"), aDatabase(t)) }

func swapDB(t *rapid.T) Command { return text(cased(t, "SWAPDB"), aDatabase(t), aDatabase(t)) }

func move(t *rapid.T) Command { return text(cased(t, "MOVE"), key.Draw(t, "key"), aDatabase(t)) }

// randomKey asks for any key of a database that has none, or only one.
func randomKey(t *rapid.T) Sequence {
	ask := text(cased(t, "RANDOMKEY"))
	if rapid.Bool().Draw(t, "empty") {
		return Sequence{text("FLUSHDB"), ask}
	}
	return Sequence{text("FLUSHDB"), plainSet(t), ask}
}

func wrongCountOfObjects(t *rapid.T) Command {
	name := cased(t, "INCR", "DECR", "INCRBY", "DECRBY", "SELECT", "SWAPDB", "MOVE", "RANDOMKEY", "OBJECT", "OBJECT")
	switch strings.ToUpper(name) {
	case "INCR", "DECR", "SELECT":
		return text(pick([]string{name}, []string{name, "a", "1"}).Draw(t, "words")...)
	case "RANDOMKEY":
		return text(name, "a")
	case "OBJECT":
		return text(pick([]string{name}, []string{name, "ENCODING"}, []string{name, "refcount", "a", "b"}, []string{name, "nosuch", "a"}, []string{name, "FREQ", "a"}).Draw(t, "words")...)
	default:
		return text(pick([]string{name}, []string{name, "1"}, []string{name, "a", "1", "2"}).Draw(t, "words")...)
	}
}
