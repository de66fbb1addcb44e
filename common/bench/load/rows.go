// rows.go: the commands that can be measured.

package load

import (
	"fmt"
	"slices"
	"strings"
)

// Row is a command that can be measured. Later chapters gain the rows whose
// From they reach.
type Row struct {
	Name  string // as -commands and the table have it
	From  int    // the chapter it appears in
	Until int    // the last chapter that answers it; 0: all from From on

	// Build renders one request; size is the length of a value in bytes.
	Build func(size int) Template
	// Also, where set, renders the request of every second batch: the row is
	// two commands, half and half. (Within a batch all requests are alike.)
	Also func(size int) Template
	// Load, where set, renders the request that makes one key exist. It is sent
	// once for every key before anything is measured, so that a GET always hits
	// and a write always overwrites: no round is about a growing keyspace.
	Load func(size int) Template
	// LoadAlso is a second Load: of a row that reads two keys.
	LoadAlso func(size int) Template
	// Count is how many keys, members or fields there are; 0: so many as are asked for.
	Count int
	// Fresh makes Also name keys that were never there, and not random ones: what takes
	// elements out needs as many that come in.
	Fresh bool
	// Listeners are how many connections have subscribed to the channel that Build publishes
	// to (ChannelOf).
	Listeners int
}

// ChannelOf is where a row with so many listeners publishes.
func ChannelOf(listeners int) string { return fmt.Sprintf("news:%d", listeners) }

// KeysOf is how many keys, members or fields the row has where so many are asked for.
func (r Row) KeysOf(keys int) int {
	if r.Count > 0 {
		return r.Count
	}
	return keys
}

// Loads are the requests that are to be sent for every key before anything is measured.
func (r Row) Loads(size int) (all []Template) {
	for _, load := range []func(int) Template{r.Load, r.LoadAlso} {
		if load != nil {
			all = append(all, load(size))
		}
	}
	return all
}

// Rows lists what can be measured, in the table's order.
var Rows = slices.Concat(stringRows, collectionRows, publishRows)

var stringRows = []Row{
	{Name: "echo_bytes", From: 1, Until: 1, Build: echoBytes},
	{Name: "ping", From: 2, Build: func(int) Template { return Command(exactly("+PONG\r\n"), "PING") }},
	{Name: "ping_inline", From: 2, Build: PingInline},
	{Name: "set", From: 3, Build: Set, Load: Set},
	{Name: "get", From: 3, Build: get, Load: Set},
	{Name: "set_get", From: 4, Build: Set, Also: get, Load: Set},
	{Name: "incr", From: 5, Build: incr, Load: incr},
	{Name: "transaction", From: 7, Build: transaction, Load: Set},
}

var publishRows = []Row{
	{Name: "publish", From: 8, Build: publish(1), Listeners: 1},
	{Name: "publish_1000", From: 8, Build: publish(1000), Listeners: 1000},
}

// Batches renders the row for a depth, with keys at random.
func (r Row) Batches(size, depth, keys int) []*Batch {
	keys = r.KeysOf(keys)
	seed := uint64(depth) * 0x9E3779B97F4A7C15
	list := []*Batch{NewBatch(r.Build(size), depth, RandomKeys(keys, seed))}
	if r.Also != nil {
		source := RandomKeys(keys, ^seed)
		if r.Fresh {
			source = FreshKeys(uint64(depth%400+1) * freshPerDepth) // of twelve digits, too
		}
		list = append(list, NewBatch(r.Also(size), depth, source))
	}
	return list
}

// freshPerDepth is more than there are keys, and than a run sends requests of one depth.
const freshPerDepth = 1 << 31

// Value is what every key holds: size bytes, the same for all, so that the
// reply to a GET is known to the last byte.
func Value(size int) string { return strings.Repeat("x", size) }

func echoBytes(size int) Template {
	line := Value(size) + "\r\n"
	return Template{Request: []byte(line), Reply: exactly(line)}
}

// PingInline is PING as a line.
func PingInline(int) Template {
	return Template{Request: []byte("PING\r\n"), Reply: exactly("+PONG\r\n")}
}

// Set is SET of a key to a value of so many bytes.
func Set(size int) Template {
	return Command(exactly("+OK\r\n"), "SET", NumberedKey("key:"), Value(size))
}

func get(size int) Template {
	return Command(exactly(fmt.Sprintf("$%d\r\n%s\r\n", size, Value(size))), "GET", NumberedKey("key:"))
}

// incr counts under keys of its own: those of SET hold no integers.
func incr(int) Template { return Command(anInteger, "INCR", NumberedKey("cnt:")) }

// transaction is ten SETs from MULTI to EXEC. The table has it as one request.
func transaction(size int) Template { return Transaction(Set(size), 10) }

// publish sends a value to so many listeners.
func publish(listeners int) func(size int) Template {
	return func(size int) Template {
		return Command(exactly(fmt.Sprintf(":%d\r\n", listeners)), "PUBLISH", ChannelOf(listeners), Value(size))
	}
}

// in says whether the chapter answers the row's command.
func (r Row) in(chapter int) bool {
	return r.From <= chapter && (r.Until == 0 || chapter <= r.Until)
}

// RowsOf picks rows for a chapter: those named, or all it answers where names
// is empty. The error says what could have been asked for.
func RowsOf(chapter int, names []string) ([]Row, error) {
	var all []Row
	var known []string
	for _, r := range Rows {
		if r.in(chapter) {
			all, known = append(all, r), append(known, r.Name)
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	var picked []Row
	for _, name := range names {
		at := slices.Index(known, strings.ToLower(strings.TrimSpace(name)))
		if at < 0 {
			return nil, fmt.Errorf("no command %q to measure in chapter %d; there are: %s",
				name, chapter, strings.Join(known, ","))
		}
		picked = append(picked, all[at])
	}
	return picked, nil
}
