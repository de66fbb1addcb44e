package transcript

import (
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance/wire"
)

const page = "Text\n" +
	"```redis-cli\n" +
	"127.0.0.1:6379> ECHO \"a b\"\n" +
	"\"a b\"\n" +
	"127.0.0.1:6379[3](TX)> COMMAND LIST\n" +
	"1) \"ping\"\n" +
	"...\n" +
	"```\n" +
	"```go\n127.0.0.1:6379> not this\n```\n" +
	"<!-- not run: it takes an hour -->\n```sh\nmake all\n```\n" +
	"```redis-cli ours\n127.0.0.1:7000> HELLO 3\n(error) NOPROTO unsupported protocol version\n```\n"

func TestParse_FindsTheBlocksAndWhatTheyPromise(t *testing.T) {
	blocks, err := Parse(page)
	require.NoError(t, err)
	require.Equal(t, []Block{
		{Line: 2, Kind: "redis-cli", Steps: []Step{
			{Line: 3, Typed: `ECHO "a b"`, Want: []string{`"a b"`}},
			{Line: 5, State: "[3](TX)", Typed: "COMMAND LIST", Want: []string{`1) "ping"`}, More: true},
		}},
		{Line: 9, Kind: "go", Lines: []Line{{10, "127.0.0.1:6379> not this"}}},
		{Line: 13, Kind: "sh", NotRun: "it takes an hour", Lines: []Line{{14, "make all"}}},
		{Line: 16, Kind: "redis-cli", Ours: true, Steps: []Step{{Line: 17, Typed: "HELLO 3", Want: []string{"(error) NOPROTO unsupported protocol version"}}}},
	}, blocks)
}

func TestParse_SaysWhatIsWrongWithABlock(t *testing.T) {
	two := func(lines string) string { return "```redis-cli\nA> PING\nPONG\n" + lines + "```\n" }
	for _, bad := range []string{
		"```redis-cli\n```\n",
		"```redis-cli\n  127.0.0.1:6379> PING\nPONG\n```\n",
		two("127.0.0.1:6379> PING\nPONG\n"),
		two("  A> PING\n  PONG\n"),
		two("B> PING\nPONG\n"),
		two("  B> PING\nPONG\n"),
		"```redis-cli\nPONG\n```\n",
		"```redis-cli\n127.0.0.1:6379> PING\n",
		"```redis-cli theirs\n127.0.0.1:6379> PING\n```\n",
		"```redis-cli\n127.0.0.1:6379> PING\n...\nPONG\n```\n",
	} {
		_, err := Parse(bad)
		require.ErrorContains(t, err, "line ", "%q", bad)
	}
}

func TestParse_TellsWindowsByLetterAndColumn(t *testing.T) {
	blocks, err := Parse("```redis-cli\n" +
		"A> MULTI\n" +
		"OK\n" +
		"        B[1]> KEYS *\n" +
		"         1) \"a\"\n" +
		"        ...\n" +
		"A(TX)> EXEC\n" +
		"(empty array)\n" +
		"```\n")
	require.NoError(t, err)
	require.Equal(t, []Step{
		{Line: 2, Window: "A", Typed: "MULTI", Want: []string{"OK"}},
		{Line: 4, Window: "B", Column: 8, State: "[1]", Typed: "KEYS *", Want: []string{` 1) "a"`}, More: true},
		{Line: 7, Window: "A", State: "(TX)", Typed: "EXEC", Want: []string{"(empty array)"}},
	}, blocks[0].Steps)
}

func TestWindow_ShowsWhatRedisCliDoes(t *testing.T) {
	ok, failed := wire.Value{Kind: '+', Text: "OK"}, wire.Value{Kind: '-', Text: "ERR"}
	var w Window
	for _, step := range []struct {
		typed string
		reply wire.Value
		state string
	}{
		{"PING", ok, ""},
		{"SELECT 3", ok, "[3]"},
		{"SELECT 99", failed, "[3]"},
		{"EXEC", failed, "[3]"},
		{"MULTI", ok, "[3](TX)"},
		{"multi", failed, "[3](TX)"},
		{"SELECT 0", wire.Value{Kind: '+', Text: "QUEUED"}, "(TX)"},
		{"EXEC now", failed, "(TX)"},
		{"EXEC", wire.Value{Kind: '*', Null: true}, "[3]"},
		{"MULTI", ok, "[3](TX)"},
		{"SELECT 0", wire.Value{Kind: '+', Text: "QUEUED"}, "(TX)"},
		{"EXEC", wire.Value{Kind: '*', Elems: []wire.Value{ok}}, ""},
		{"SELECT 2", ok, "[2]"},
		{"MULTI", ok, "[2](TX)"},
		{"DISCARD", ok, "[2]"},
		{"RESET", wire.Value{Kind: '+', Text: "RESET"}, ""},
	} {
		words, err := Words(step.typed)
		require.NoError(t, err)
		w.Note(words, step.reply)
		require.Equal(t, step.state, w.State(), step.typed)
	}
}

func TestCheck_ComparesLinesAndAllowsMoreAfterDots(t *testing.T) {
	whole := Step{Typed: "X", Want: []string{"1) a", "2) b"}}
	require.NoError(t, whole.Check("1) a\n2) b\n"))
	require.Error(t, whole.Check("1) a\n"))
	require.Error(t, whole.Check("1) a\n2) c\n"))
	require.Error(t, whole.Check("1) a\n2) b\n3) c\n"))
	open := Step{Typed: "X", Want: []string{"1) a"}, More: true}
	require.NoError(t, open.Check("1) a\n2) b\n"))
	require.NoError(t, open.Check("1) a\n"))
	require.Error(t, open.Check("1) b\n2) b\n"))
}

func TestCheckOutput_ComparesLines(t *testing.T) {
	b := Block{Kind: Output, Lines: []Line{{2, "a"}, {3, ""}, {4, "b"}}}
	require.NoError(t, b.CheckOutput("a \r\n\nb\n"))
	require.NoError(t, b.CheckOutput("a\n\nb"))
	for _, other := range []string{"", "a\nb\n", "a\n\nb\nc\n", "b\n\na\n"} {
		require.Error(t, b.CheckOutput(other), "%q", other)
	}
}

func TestCheckLog_WantsLinesInOrder(t *testing.T) {
	b := Block{Kind: Log, Lines: []Line{{2, "# one"}, {3, "two"}}}
	require.NoError(t, b.CheckLog("1:M 25 Nov 2026 20:58:52.492 # one\nother\ntwo\n"))
	for _, other := range []string{"", "1:M # one\n", "two\n1:M # one\n", "1:M # one more\ntwo\n"} {
		require.ErrorContains(t, b.CheckLog(other), "line ", "%q", other)
	}
}

func TestWords_SplitsAsRedisDoes(t *testing.T) {
	for line, want := range map[string][]string{
		``:                             nil,
		` SET  a b `:                   {"SET", "a", "b"},
		`E "a b" ''`:                   {"E", "a b", ""},
		`E "\x41\n\"\q\xzz" '\'\n' a\`: {"E", "A\n\"qxzz", `'\n`, `a\`},
		`E a"b c"`:                     {"E", "ab c"},
	} {
		got, err := Words(line)
		require.NoError(t, err, line)
		require.Equal(t, want, got, line)
	}
	for _, bad := range []string{`"`, `'a`, `"a"b`, `'a'b`, `"\`, `"a\"`} {
		_, err := Words(bad)
		require.Error(t, err, bad)
	}
}

func TestFormat_WritesWhatRedisCliPrints(t *testing.T) {
	text := func(kind byte, s string) wire.Value { return wire.Value{Kind: kind, Text: s} }
	list := func(kind byte, e ...wire.Value) wire.Value { return wire.Value{Kind: kind, Elems: e} }
	for want, v := range map[string]wire.Value{
		"OK\n":                              text('+', "OK"),
		"(error) ERR x\n":                   text('-', "ERR x"),
		"(integer) -3\n":                    {Kind: ':', Int: -3},
		"(nil)\n":                           {Kind: '$', Null: true},
		"\"a\\n\\x00\\xff\\\"\"\n":          text('$', "a\n\x00\xff\""),
		"(empty array)\n":                   list('*'),
		"(double) 1.5\n":                    text(',', "1.5"),
		"(true)\n":                          text('#', "t"),
		"1) \"a\"\n2) 1) OK\n   2) (nil)\n": list('*', text('$', "a"), list('*', text('+', "OK"), wire.Value{Kind: '_', Null: true})),
		"1# \"k\" => (integer) 1\n2# \"l\" => 1) \"m\"\n": list('%', text('$', "k"), wire.Value{Kind: ':', Int: 1}, text('$', "l"), list('*', text('$', "m"))),
		"1~ \"a\"\n": list('~', text('$', "a")),
	} {
		require.Equal(t, want, Format(v))
	}
}

func TestFormat_AlignsNumbersToTheLast(t *testing.T) {
	v := wire.Value{Kind: '*'}
	for range 10 {
		v.Elems = append(v.Elems, wire.Value{Kind: '*', Elems: []wire.Value{{Kind: '+', Text: "x"}, {Kind: '+', Text: "y"}}})
	}
	got := Format(v)
	require.Contains(t, got, " 1) 1) x\n    2) y\n")
	require.Contains(t, got, "10) 1) x\n    2) y\n")
}
