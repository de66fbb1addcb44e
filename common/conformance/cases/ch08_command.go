// ch08_command.go: COMMAND in full: where the keys of a request stand and what happens to
// them, and what COMMAND DOCS says of arguments.

package cases

import (
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

// What commands do with keys, as COMMAND GETKEYSANDFLAGS names it.
const (
	keyRead      = "RO access"
	keyOverwrite = "OW update"
	keyChange    = "RW access update"
	keyTaken     = "RW access delete"

	badKeys = "-ERR Invalid arguments specified for command\r\n"
)

// keysOfRequests has what COMMAND GETKEYSANDFLAGS answers: "key: flags", one a line.
var keysOfRequests = []struct{ request, keys string }{
	{"GET k", "k: " + keyRead},
	{"SET k v", "k: " + keyOverwrite},
	{"SET k v EX 10 gEt", "k: " + keyChange},
	{"SET k get", "k: " + keyOverwrite},
	{"MSET a 1 b 2", "a: OW update|b: OW update"},
	{"MSET a 1 b", "a: OW update|b: OW update"},
	{"DEL a b", "a: RM delete|b: RM delete"},
	{"BITFIELD k GET u8 0 OVERFLOW SAT GET u8 1", "k: " + keyRead},
	{"BITFIELD k GET u8 0 INCRBY u8 0 1", "k: " + keyChange},
	{"BITFIELD k", "k: " + keyRead},
	{"BITFIELD k GET u8", "k: " + keyChange},
	{"BITFIELD k nosuch", "k: " + keyChange},
	{"BLPOP a b 0", "a: RW access delete|b: RW access delete"},
	{"LMOVE a b LEFT RIGHT", "a: RW access delete|b: RW insert"},
	{"LMPOP 2 a b LEFT COUNT 3", "a: RW access delete|b: RW access delete"},
	{"BZMPOP 0 1 a MIN", "a: " + keyTaken},
	{"SINTERCARD 2 a b LIMIT 1", "a: RO access|b: RO access"},
	{"ZUNIONSTORE d 2 a b WEIGHTS 1 2", "d: OW update|a: RO access|b: RO access"},
	{"SORT k BY p_* GET STORE LIMIT STORE x ALPHA STORE d STORE e", "k: RO access|e: OW update"},
	{"SORT k BY STORE d", "k: " + keyRead},
	{"SORT k STORE", "k: " + keyRead},
	{"SORT_RO k STORE d", "k: " + keyRead},
	{"GEORADIUS k 1 2 3 m STOREDIST e STORE d", "k: RO access|d: OW update|e: OW update"},
	{"GEORADIUS k 1 2 3 m STORE STORE d", "k: RO access|STORE: OW update"},
	{"GEORADIUS k 1 2 3 m STORE", "k: " + keyRead},
	{"GEORADIUSBYMEMBER k m 3 m STORE d", "k: RO access|d: OW update"},
	{"MEMORY USAGE k SAMPLES 5", "k: RO"},
	{"OBJECT ENCODING k", "k: RO"},
	{"PFCOUNT a b", "a: RW access|b: RW access"},
}

// describedArguments has what COMMAND DOCS says of arguments, in the short form of
// argumentsOf.
var describedArguments = map[string]string{
	"get":           "key:key@0",
	"set":           "key:key@0 value:string oneof?(nx:pure-token=NX xx:pure-token=XX) get:pure-token=GET? oneof?(seconds:integer=EX milliseconds:integer=PX unix-time-seconds:unix-time=EXAT unix-time-milliseconds:unix-time=PXAT keepttl:pure-token=KEEPTTL)",
	"mset":          "block*(key:key@0 value:string)",
	"dbsize":        "",
	"bitfield":      "key:key@0 oneof?*(block=GET(encoding:string offset:integer) block(oneof=OVERFLOW?(wrap:pure-token=WRAP sat:pure-token=SAT fail:pure-token=FAIL) oneof(block=SET(encoding:string offset:integer value:integer) block=INCRBY(encoding:string offset:integer increment:integer))))",
	"bitfield_ro":   "key:key@0 block=GET?*+(encoding:string offset:integer)",
	"blmpop":        "timeout:double numkeys:integer key:key@0* oneof(left:pure-token=LEFT right:pure-token=RIGHT) count:integer=COUNT?",
	"lcs":           "key1:key@0 key2:key@0 len:pure-token=LEN? idx:pure-token=IDX? len:integer=MINMATCHLEN? withmatchlen:pure-token=WITHMATCHLEN?",
	"zrange":        "key:key@0 start:string stop:string oneof?(byscore:pure-token=BYSCORE bylex:pure-token=BYLEX) rev:pure-token=REV? block=LIMIT?(offset:integer count:integer) withscores:pure-token=WITHSCORES?",
	"zrangebyscore": "key:key@0 min:double max:double withscores:pure-token=WITHSCORES? block=LIMIT?(offset:integer count:integer)",
	"zunionstore":   "destination:key@0 numkeys:integer key:key@1* weight:integer=WEIGHTS?* oneof=AGGREGATE?(sum:pure-token=SUM min:pure-token=MIN max:pure-token=MAX)",
	"geosearch":     "key:key@0 oneof(member:string=FROMMEMBER block=FROMLONLAT(longitude:double latitude:double)) oneof(block(radius:double=BYRADIUS oneof(m:pure-token=M km:pure-token=KM ft:pure-token=FT mi:pure-token=MI)) block(width:double=BYBOX height:double oneof(m:pure-token=M km:pure-token=KM ft:pure-token=FT mi:pure-token=MI))) oneof?(asc:pure-token=ASC desc:pure-token=DESC) block?(count:integer=COUNT any:pure-token=ANY?) withcoord:pure-token=WITHCOORD? withdist:pure-token=WITHDIST? withhash:pure-token=WITHHASH?",
	"scan":          "cursor:integer pattern:pattern=MATCH? count:integer=COUNT? type:string=TYPE?",
	"hrandfield":    "key:key@0 block?(count:integer withvalues:pure-token=WITHVALUES?)",
}

// wholeCommand is COMMAND, whole.
func wholeCommand() list {
	ofKeys := func(request string) string {
		return cmd(append([]string{"COMMAND", "GETKEYS"}, strings.Fields(request)...)...)
	}
	rows := list{
		{Name: "COMMAND GETKEYSANDFLAGS tells what happens to keys", Run: tellsKeys},
		{Name: "COMMAND GETKEYS refuses keys that are counted wrongly", Run: answers(
			ofKeys("SINTERCARD 3 a b")+ofKeys("SINTERCARD 0 a")+ofKeys("SINTERCARD x a")+ofKeys("ZUNIONSTORE d 3 a b")+ofKeys("LMPOP -1 a LEFT")+ofKeys("PFMERGE d"), strings.Repeat(badKeys, 6))},
		{Name: "COMMAND GETKEYSANDFLAGS refuses as GETKEYS does", Run: answers(
			strings.ReplaceAll(ofKeys("nosuch a")+ofKeys("ping a")+ofKeys("get a b")+ofKeys("LMPOP 3 a LEFT"), cmd("GETKEYS")[4:], cmd("GETKEYSANDFLAGS")[4:]), noCommand+noKeys+badCount+badKeys)},
		{Name: "COMMAND DOCS says what is deprecated", Run: tellsDeprecated},
	}
	for _, name := range slices.Sorted(maps.Keys(describedArguments)) {
		want := describedArguments[name]
		rows = append(rows, conformance.Case{Name: "COMMAND DOCS has the arguments of " + name, Run: func(t *T) {
			docs := t.Dial().Call("COMMAND", "DOCS", name)
			require.Len(t, docs.Elems, 2)
			arguments, _ := docs.Elems[1].Get("arguments")
			require.Equal(t, want, argumentsOf(arguments))
		}})
	}
	return in(8, lesson2PING, rows)
}

func tellsKeys(t *T) {
	c := t.Dial()
	for _, row := range keysOfRequests {
		var keys, both []string
		for _, line := range strings.Split(row.keys, "|") {
			key, flags, _ := strings.Cut(line, ": ")
			keys, both = append(keys, key), append(both, array(bulk(key), statuses(flags)))
		}
		words := strings.Fields(row.request)
		c.Exchange(cmd(append([]string{"COMMAND", "GETKEYSANDFLAGS"}, words...)...), array(both...))
		c.Exchange(cmd(append([]string{"COMMAND", "GETKEYS"}, words...)...), bulks(strings.Join(keys, " ")))
	}
}

func tellsDeprecated(t *T) {
	docs := t.Dial().Call("COMMAND", "DOCS", "getset", "debug", "get")
	flags := func(name string) string {
		doc, _ := docs.Get(name)
		list, _ := doc.Get("doc_flags")
		return strings.Join(list.Strings(), " ")
	}
	require.Equal(t, []string{"deprecated", "syscmd", ""}, []string{flags("getset"), flags("debug"), flags("get")})
	getset, _ := docs.Get("getset")
	since, _ := getset.Get("deprecated_since")
	require.Equal(t, "6.2.0", since.Text)
}

// argumentsOf is arguments in a short form: name:type@spec=TOKEN, ? if it may be left out, *
// if it may come again, + if its token comes with it; a group by its type, and what is in it.
func argumentsOf(arguments wire.Value) string {
	var list []string
	for _, a := range arguments.Elems {
		text := func(name string) string {
			field, _ := a.Get(name)
			return field.Text
		}
		line := text("type")
		parts, group := a.Get("arguments")
		if !group {
			line = text("name") + ":" + line
		}
		if spec, is := a.Get("key_spec_index"); is {
			line += "@" + strings.TrimSpace(integer(spec.Int)[1:])
		}
		if token := text("token"); token != "" {
			line += "=" + token
		}
		flags, _ := a.Get("flags")
		for _, flag := range flags.Strings() {
			line += map[string]string{"optional": "?", "multiple": "*", "multiple_token": "+"}[flag]
		}
		if group {
			line += "(" + argumentsOf(parts) + ")"
		}
		list = append(list, line)
	}
	return strings.Join(list, " ")
}
