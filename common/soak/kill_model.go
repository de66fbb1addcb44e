// kill_model.go: what the keys of a client that is killed under hold, and the steps that
// change it.

package soak

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"redis-internals/common/conformance/wire"
)

// step is one or more requests that happen together or not at all.
type step [][]string

// holdings are what a client's keys hold. Keys are their names without the client's prefix.
type holdings struct {
	texts map[string]string
	lists map[string][]string
	sets  map[string]map[string]bool
	// A sorted set's scores are whole numbers.
	hashes, sorted map[string]map[string]string
}

func newHoldings() holdings {
	return holdings{
		texts: map[string]string{}, lists: map[string][]string{}, sets: map[string]map[string]bool{},
		hashes: map[string]map[string]string{}, sorted: map[string]map[string]string{},
	}
}

func (h holdings) clone() holdings {
	c := newHoldings()
	maps.Copy(c.texts, h.texts)
	for key, l := range h.lists {
		c.lists[key] = slices.Clone(l)
	}
	for key, s := range h.sets {
		c.sets[key] = maps.Clone(s)
	}
	for key, m := range h.hashes {
		c.hashes[key] = maps.Clone(m)
	}
	for key, m := range h.sorted {
		c.sorted[key] = maps.Clone(m)
	}
	return c
}

// The keys of a client. Those with a 2 are where things are moved.
var (
	textKeys = []string{"text", "count"}
	listKeys = []string{"list", "list2"}
	setKeys  = []string{"set", "set2", "ints"}
	mapKeys  = []string{"hash"}
	sortKeys = []string{"sorted"}
)

func prefixed(id int, key string) string { return fmt.Sprintf("keep:%d:%s", id, key) }

// bare takes the client's prefix away.
func bare(key string) string { return key[strings.LastIndexByte(key, ':')+1:] }

// names are more than a block of any collection takes, so that all encodings come up.
const names = 700

const maxText = 100 << 10

// draw makes up a step that is valid in this state.
func (h holdings) draw(rng *rand.Rand, id int) step {
	if rng.IntN(8) > 0 {
		return step{h.request(rng, id)}
	}
	after := h.clone()
	s := step{{"MULTI"}}
	for range 1 + rng.IntN(4) {
		words := after.request(rng, id)
		after.apply(step{words})
		s = append(s, words)
	}
	return append(s, []string{"EXEC"})
}

// request makes up one request.
func (h holdings) request(rng *rand.Rand, id int) []string {
	key := func(keys ...string) string { return prefixed(id, keys[rng.IntN(len(keys))]) }
	name := func() string { return "n" + strconv.Itoa(rng.IntN(names)) }
	number := func() string { return strconv.Itoa(rng.IntN(names)) }
	value := func() string {
		return text(rng, 1+rng.IntN(30)) + strings.Repeat("v", rng.IntN(2)*rng.IntN(2)*rng.IntN(3000))
	}
	several := func(words []string, parts ...func() string) []string {
		for range 1 + rng.IntN(20) {
			for _, part := range parts {
				words = append(words, part())
			}
		}
		return words
	}
	list := key(listKeys...)
	if n := len(h.lists[bare(list)]); n > 0 && rng.IntN(4) == 0 {
		return [][]string{
			{"LPOP", list, "3"},
			{"BLPOP", list, "0"},
			{"LSET", list, strconv.Itoa(rng.IntN(n)), value()},
			{"LMOVE", list, key(listKeys...), "LEFT", "RIGHT"},
			{"LTRIM", list, "0", "400"},
			{"RENAME", list, key(listKeys...)},
		}[rng.IntN(6)]
	}
	switch rng.IntN(14) {
	case 0:
		return []string{"SET", key("text"), value()}
	case 1:
		if len(h.texts["text"]) > maxText {
			return []string{"GETDEL", key("text")}
		}
		return []string{"APPEND", key("text"), value()}
	case 2:
		return []string{"INCRBY", key("count"), number()}
	case 3, 4:
		return several([]string{"RPUSH", list}, value)
	case 5:
		return several([]string{"SADD", key("set", "set2")}, name)
	case 6:
		return several([]string{"SADD", key("ints")}, number)
	case 7:
		return several([]string{"SREM", key("set", "set2")}, name)
	case 8, 9:
		return several([]string{"HSET", key(mapKeys...)}, name, value)
	case 10:
		return several([]string{"HDEL", key(mapKeys...)}, name)
	case 11:
		return several([]string{"ZADD", key(sortKeys...)}, number, name)
	case 12:
		return [][]string{{"ZPOPMIN", key(sortKeys...), "5"}, {"ZINCRBY", key(sortKeys...), number(), name()}, {"COPY", key("set"), key("set2"), "REPLACE"}}[rng.IntN(3)]
	default:
		if rng.IntN(20) > 0 {
			return []string{"SMOVE", key("set"), key("set2"), name()}
		}
		return []string{[]string{"DEL", "UNLINK"}[rng.IntN(2)], key(slices.Concat(textKeys, listKeys, setKeys, mapKeys, sortKeys)...)}
	}
}

// apply does to the holdings what a step does to the keys.
func (h holdings) apply(s step) {
	for _, words := range s {
		if len(words) > 1 {
			h.do(words[0], bare(words[1]), words[2:])
		}
	}
}

func (h holdings) do(command, key string, args []string) {
	switch command {
	case "SET":
		h.texts[key] = args[0]
	case "APPEND":
		h.texts[key] += args[0]
	case "INCRBY":
		n, _ := strconv.Atoi(h.texts[key])
		by, _ := strconv.Atoi(args[0])
		h.texts[key] = strconv.Itoa(n + by)
	case "GETDEL", "DEL", "UNLINK":
		h.remove(key)
	case "RPUSH", "BLPOP", "LPOP", "LSET", "LTRIM", "LMOVE", "RENAME":
		h.doList(command, key, args)
	case "SADD", "SREM", "SMOVE", "COPY":
		h.doSet(command, key, args)
	case "HSET":
		put(h.hashes, key, args, func(pair []string) (string, string) { return pair[0], pair[1] })
	case "HDEL":
		take(h.hashes, key, args)
	case "ZADD":
		put(h.sorted, key, args, func(pair []string) (string, string) { return pair[1], pair[0] })
	case "ZINCRBY":
		n, _ := strconv.Atoi(h.sorted[key][args[1]])
		by, _ := strconv.Atoi(args[0])
		put(h.sorted, key, []string{args[1], strconv.Itoa(n + by)}, func(pair []string) (string, string) { return pair[0], pair[1] })
	case "ZPOPMIN":
		n, _ := strconv.Atoi(args[0])
		ranked := slices.SortedFunc(maps.Keys(h.sorted[key]), func(a, b string) int {
			x, _ := strconv.Atoi(h.sorted[key][a])
			y, _ := strconv.Atoi(h.sorted[key][b])
			return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
		})
		take(h.sorted, key, ranked[:min(n, len(ranked))])
	}
}

func (h holdings) remove(key string) {
	delete(h.texts, key)
	delete(h.lists, key)
	delete(h.sets, key)
	delete(h.hashes, key)
	delete(h.sorted, key)
}

func (h holdings) doList(command, key string, args []string) {
	l := h.lists[key]
	switch command {
	case "RPUSH":
		l = append(l, args...)
	case "BLPOP":
		l = l[1:]
	case "LPOP":
		n, _ := strconv.Atoi(args[0])
		l = l[min(n, len(l)):]
	case "LSET":
		at, _ := strconv.Atoi(args[0])
		l[at] = args[1]
	case "LTRIM":
		end, _ := strconv.Atoi(args[1])
		l = l[:min(end+1, len(l))]
	case "LMOVE":
		h.lists[key] = l[1:]
		to := bare(args[0])
		h.lists[to] = append(h.lists[to], l[0])
		l = h.lists[key]
	case "RENAME":
		delete(h.lists, key)
		key = bare(args[0])
	}
	if h.lists[key] = l; len(l) == 0 {
		delete(h.lists, key)
	}
}

func (h holdings) doSet(command, key string, args []string) {
	add := func(key, member string) {
		if h.sets[key] == nil {
			h.sets[key] = map[string]bool{}
		}
		h.sets[key][member] = true
	}
	remove := func(member string) {
		delete(h.sets[key], member)
		if len(h.sets[key]) == 0 {
			delete(h.sets, key)
		}
	}
	switch command {
	case "SADD":
		for _, m := range args {
			add(key, m)
		}
	case "SREM":
		for _, m := range args {
			remove(m)
		}
	case "SMOVE":
		if h.sets[key][args[1]] {
			remove(args[1])
			add(bare(args[0]), args[1])
		}
	case "COPY":
		if h.sets[key] != nil {
			h.sets[bare(args[0])] = maps.Clone(h.sets[key])
		}
	}
}

func put(all map[string]map[string]string, key string, args []string, nameAndValue func([]string) (string, string)) {
	if all[key] == nil {
		all[key] = map[string]string{}
	}
	for pair := range slices.Chunk(args, 2) {
		name, value := nameAndValue(pair)
		all[key][name] = value
	}
}

func take(all map[string]map[string]string, key string, names []string) {
	for _, n := range names {
		delete(all[key], n)
	}
	if len(all[key]) == 0 {
		delete(all, key)
	}
}

// readHoldings asks the server for all that the client's keys hold.
func readHoldings(c *conn, id int) (holdings, error) {
	h := newHoldings()
	var err error
	ask := func(words ...string) []string {
		var v wire.Value
		if err == nil {
			v, err = c.call(words...)
		}
		if err == nil && v.IsError() {
			err = fmt.Errorf("%v is answered %s", words, v.Text)
		}
		return v.Strings()
	}
	for _, key := range textKeys {
		for _, v := range ask("MGET", prefixed(id, key)) {
			h.texts[key] = v
		}
		if len(ask("KEYS", prefixed(id, key))) == 0 { // null is not the empty string
			delete(h.texts, key)
		}
	}
	for _, key := range listKeys {
		if l := ask("LRANGE", prefixed(id, key), "0", "-1"); len(l) > 0 {
			h.lists[key] = l
		}
	}
	for _, key := range setKeys {
		h.doSet("SADD", key, ask("SMEMBERS", prefixed(id, key)))
	}
	straight := func(pair []string) (string, string) { return pair[0], pair[1] }
	for _, key := range mapKeys {
		put(h.hashes, key, ask("HGETALL", prefixed(id, key)), straight)
		take(h.hashes, key, nil)
	}
	for _, key := range sortKeys {
		put(h.sorted, key, ask("ZRANGE", prefixed(id, key), "0", "-1", "WITHSCORES"), straight)
		take(h.sorted, key, nil)
	}
	return h, err
}

// differs says how the holdings differ from what they should be: the first key that does, or
// "".
func (h holdings) differs(want holdings) string {
	for _, key := range slices.Concat(textKeys, listKeys, setKeys, mapKeys, sortKeys) {
		a, b := h.describe(key), want.describe(key)
		if a != b {
			return fmt.Sprintf("%s is %s and not %s", key, clip(a), clip(b))
		}
	}
	return ""
}

// describe is all that a key holds, as text.
func (h holdings) describe(key string) string {
	var s strings.Builder
	if t, ok := h.texts[key]; ok {
		fmt.Fprintf(&s, "text %s", t)
	}
	for _, e := range h.lists[key] {
		fmt.Fprintf(&s, " %s", e)
	}
	for _, m := range slices.Sorted(maps.Keys(h.sets[key])) {
		fmt.Fprintf(&s, " %s", m)
	}
	for _, all := range []map[string]map[string]string{h.hashes, h.sorted} {
		for _, name := range slices.Sorted(maps.Keys(all[key])) {
			fmt.Fprintf(&s, " %s=%s", name, all[key][name])
		}
	}
	return s.String()
}
