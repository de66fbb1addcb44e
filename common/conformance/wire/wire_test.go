package wire

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMismatch_MarksTheFirstByteThatDiffers(t *testing.T) {
	require.Equal(t, ""+
		"expected  \"+PONG\\r\\n\" (7 bytes)\n"+
		"came      \"+PANG\\r\\n\"\n"+
		"             ^ byte 2: expected 'O' (0x4f), came 'A' (0x41)",
		Mismatch("+PONG\r\n", 0, "+PANG\r\n", ""))
}

func TestMismatch_CaretStaysUnderEscapedBytes(t *testing.T) {
	require.Equal(t, ""+
		"expected  \"\\x00\\r\\nA\" (4 bytes)\n"+
		"came      \"\\x00\\r\\n\" and then nothing more within 1s\n"+
		"                   ^ byte 3: expected 'A' (0x41), came nothing",
		Mismatch("\x00\r\nA", 2, "\n", "nothing more within 1s"))
}

func TestMismatch_ShowsALongStreamAroundTheDifference(t *testing.T) {
	want := strings.Repeat("a", 100_000) + "b" + strings.Repeat("c", 1000)
	text := Mismatch(want, 100_000, "x", "")
	require.Contains(t, text, "byte 100000: expected 'b' (0x62), came 'x' (0x78)")
	require.Less(t, len(text), 500)
}

func TestClip_KeepsBothEndsAndTheLength(t *testing.T) {
	var c Clip
	require.Equal(t, "nothing", c.String())
	c.Add([]byte("PING\r\n"))
	require.Equal(t, `"PING\r\n" (6 bytes)`, c.String())
	for range 1000 {
		c.Add([]byte("0123456789"))
	}
	c.Add([]byte("end"))
	text := c.String()
	require.True(t, strings.HasPrefix(text, `"PING\r\n0123`), text)
	require.True(t, strings.HasSuffix(text, `789end" (10009 bytes)`), text)
	require.Less(t, len(text), 700)
}

func TestRead_ReadsEveryTypeAndRefusesNonsense(t *testing.T) {
	read := func(s string) (Value, error) { return Read(bufio.NewReader(strings.NewReader(s))) }
	v, err := read("*3\r\n$2\r\na\n\r\n:-7\r\n*-1\r\n")
	require.NoError(t, err)
	require.Equal(t, Value{Kind: '*', Elems: []Value{{Kind: '$', Text: "a\n"}, {Kind: ':', Int: -7, Text: "-7"}, {Kind: '*', Null: true}}}, v)
	v, err = read("%1\r\n+k\r\n#t\r\n")
	require.NoError(t, err)
	got, ok := v.Get("k")
	require.True(t, ok)
	require.Equal(t, Value{Kind: '#', Text: "t"}, got)
	for _, bad := range []string{"", "\r\n", "?\r\n", "+OK\n", "$x\r\n", "$-2\r\n", "$1\r\nab\r\n", ":1x\r\n", "*1\r\n"} {
		_, err := read(bad)
		require.Error(t, err, "%q", bad)
	}
}
