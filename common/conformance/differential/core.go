// core.go: the commands that a chapter's core cases ask for, and no more, drawn from their
// grammars.
//
// Servers that learners write have these and few others. A key's name is never a value, too,
// so that whoever plays a sequence may give its keys other names.

package differential

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// CoreKeys is every key that Core may set.
var CoreKeys = slices.Concat(coreStrings, []string{"list", "set", "set2", "hash", "zset", "hll"})

var coreStrings = []string{"k", "l", "K", "key one", "\x00key\r\n"}

var coreTemplates = []struct {
	from, weight int
	templates    []string
}{
	{2, 2, []string{"PING", "PING e", "ECHO e", "ECHO e", "ECHO e", "PING e e", "ECHO", "ECHO e e", "NOSUCH", "NOSUCH plain+"}},
	{3, 8, []string{
		"SET k e", "SET k e", "SET k e", "SET k e EX seconds", "SET k e PX milliseconds", "SET k e px 2", "SET k e (EX|PX) bad", "SET k e EX", "SET k e NOSUCH", "GET k", "GET k", "GET k",
		"TTL k", "TTL k", "DEL k+", "EXPIRE k seconds", "EXPIRE k seconds", "EXPIRE k -1", "EXPIRE k ten", "(GET|SET|TTL|DEL|EXPIRE)", "(SET|EXPIRE) k", "(GET|TTL) k e",
	}},
	{5, 5, []string{"INCR k", "INCR k", "INCR k", "SET k number", "SET k number", "SET k number EX seconds", "TYPE k"}},
	{7, 3, []string{"MULTI", "EXEC", "EXEC", "DISCARD", "WATCH k"}},
	{8, 12, []string{
		"(LPUSH|RPUSH) list e+", "(LPUSH|RPUSH) list e+", "(LPOP|RPOP) list", "LRANGE list i i", "LLEN list", "LINDEX list i", "EXISTS any", "SADD s e+", "SADD s number+", "SREM s e+", "SCARD s", "SISMEMBER s e", "SMEMBERS s", "SINTER s s",
		"HSET hash (e e)+", "HSET hash (e e)+", "HGET hash e", "HDEL hash e+", "HLEN hash", "HGETALL hash", "ZADD zset (score e)+", "ZADD zset (score e)+", "ZRANGE zset i i [WITHSCORES]", "ZSCORE zset e", "ZRANK zset e",
		"APPEND k e", "GETRANGE k i i", "STRLEN k", "SETBIT k o bit", "GETBIT k o", "BITCOUNT k", "PFADD hll e+", "PFCOUNT hll", "TYPE any", "DEL any", "EXPIRE any seconds", "LPUSH any e", "SADD any e", "GET any", "INCR any",
	}},
}

// coreWords are the generators that the templates name.
var coreWords = func() map[string]*rapid.Generator[Word] {
	words := map[string]*rapid.Generator[Word]{}
	of := func(name string, options ...string) {
		words[name] = rapid.Custom(func(t *rapid.T) Word { return Word{Text: pick(options...).Draw(t, name)} })
	}
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	e := []string{"a", "b", "hello", "", "a b", " ", "one\r\ntwo", "\x00", "\xff", "nul\x00nul", "$3\r\nfoo\r\n", "*1\r\n", "+OK\r\n", "\"quoted\"", "grüße", "-1", "12", "007"}
	// What is longer than one read is rarer, and what is longer than many.
	of("e", slices.Concat(e, e, e, []string{string(every), strings.Repeat("x", 44), strings.Repeat("x", 45), strings.Repeat("0123456789", 60), strings.Repeat("0123456789", 2000)})...)
	of("plain", "a", "b", "hello") // what is odd in an error's text is not core
	of("k", slices.Concat(coreStrings, coreStrings[:1], coreStrings[:1])...)
	of("any", CoreKeys[:len(CoreKeys)-1]...) // what an HLL's bytes are is not asked
	of("s", "set", "set", "set2")
	for _, name := range []string{"list", "hash", "zset", "hll"} {
		of(name, name)
	}
	of("px", "PX") // as IsBrief knows it
	of("bad", "0", "-1", "ten")
	of("number", "0", "1", "-1", "41", "9", "007", "1.5", "ten", " 1", "9223372036854775806", "9223372036854775807", "-9223372036854775808", "9223372036854775808")
	of("i", "0", "1", "2", "-1", "-2", "99", "-99")
	of("o", "0", "1", "7", "8", "100")
	of("bit", "0", "1")
	of("score", "0", "1", "2", "-1", "1.5", "10")
	words["seconds"] = collectionWords["seconds"]
	words["milliseconds"] = collectionWords["milliseconds"]
	return words
}()

// Core makes up to 40 commands that the core cases of chapters 2 to this one ask for.
func Core(chapter int) *rapid.Generator[Sequence] {
	var families []template
	for _, family := range coreTemplates {
		if family.from > chapter {
			continue
		}
		var all anyOf
		for _, line := range family.templates {
			all = append(all, parse(line))
		}
		for range family.weight {
			families = append(families, all)
		}
	}
	command := rapid.Custom(func(t *rapid.T) Command { return pick(families...).Draw(t, "family").draw(t, coreWords) })
	least := pick(1, 10, 20)
	return rapid.Custom(func(t *rapid.T) Sequence {
		return rapid.SliceOfN(command, least.Draw(t, "least"), 40).Draw(t, "commands")
	})
}

// CoreEnd is what is asked in the end, after a Core of the chapter: what its keys hold.
func CoreEnd(chapter int) (requests [][]string) {
	if chapter >= firstWithTransactions {
		requests = append(requests, []string{"DISCARD"})
	}
	if chapter >= firstWithKeys {
		for _, k := range coreStrings {
			requests = append(requests, []string{"GET", k}, []string{"TTL", k})
		}
	}
	if chapter >= firstWithCollections {
		requests = append(requests, []string{"LRANGE", "list", "0", "-1"}, []string{"SMEMBERS", "set"}, []string{"SMEMBERS", "set2"}, []string{"HGETALL", "hash"}, []string{"ZRANGE", "zset", "0", "-1", "WITHSCORES"}, []string{"PFCOUNT", "hll"})
	}
	return requests
}

// Chapters that bring kinds of commands.
const (
	firstWithTransactions = 7
	firstWithCollections  = 8
)
