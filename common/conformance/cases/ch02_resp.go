// ch02_resp.go: what arguments may hold, what is no request, and requests in pieces.

package cases

import (
	"strings"
)

// resp is what arguments may hold.
func resp() list {
	return in(2, lesson2RESP, list{
		{Name: "an argument may be empty", Run: answers(cmd("ECHO", ""), "$0\r\n\r\n")},
		{Name: "an argument may hold NUL", Run: answers(cmd("ECHO", "a\x00b"), bulk("a\x00b"))},
		{Name: "an argument may hold line ends", Run: answers(cmd("ECHO", "\r\n$3\r\n\n\r"), bulk("\r\n$3\r\n\n\r"))},
		{Name: "an argument may be invalid UTF-8", Run: answers(cmd("ECHO", "\xff\xfe\xc3\x28"), bulk("\xff\xfe\xc3\x28"))},
		{Name: "an argument may hold every byte value", Run: answers(cmd("ECHO", everyValue), bulk(everyValue))},
		{Name: "an argument of 16 KB comes back", Run: echoes(16 << 10)},
		{Name: "an argument of 1 MB comes back", Run: echoes(1 << 20)},
		{Name: "an argument of 64 MB comes back", Run: echoes(64 << 20)},
		{Name: "an argument's last two bytes are not looked at", Run: answers("*1\r\n$4\r\nPINGxx", "+PONG\r\n")},
		{Name: "an empty name is unknown", Run: answers(cmd(""), unknown(""))},
		{Name: "10000 requests in one write are answered in order", Run: tenThousand},
	})
}

func echoes(n int) func(*T) {
	return func(t *T) {
		c, s := t.Dial(), numbered(n)
		request := cmd("ECHO", s)
		t.Go(func() { c.Send(request) })
		c.Expect(bulk(s))
	}
}

func tenThousand(t *T) {
	var requests, replies strings.Builder
	for line := range strings.Lines(numbered(16 * 10_000)) {
		requests.WriteString(cmd("PING", line))
		replies.WriteString(bulk(line))
	}
	c := t.Dial()
	t.Go(func() { c.Send(requests.String()) })
	c.Expect(replies.String())
}

// protocolErrors are requests after which a server cannot know where the next
// one begins: it says why and closes.
func protocolErrors() list {
	rows := in(2, lesson2RESP, list{
		{Name: "what was asked before a protocol error is answered", Run: refused(cmd("PING")+"PING x\r\n*abc\r\n", "+PONG\r\n"+bulk("x"), "invalid multibulk length")},
		{Name: "what was asked after a protocol error is not", Run: refused("*abc\r\n"+cmd("PING"), "", "invalid multibulk length")},
		{Name: "an error in a request's second argument", Run: refused("*2\r\n$4\r\nECHO\r\n:1\r\n", "", "expected '$', got ':'")},
	})
	add := func(text string, requests [][2]string) {
		for _, r := range requests {
			rows = append(rows, in(2, lesson2RESP, list{{Name: r[0], Run: refused(r[1], "", text)}})...)
		}
	}
	digits := strings.Repeat("1", 65536)
	add("invalid multibulk length", [][2]string{
		{"an array's length must be a number", "*abc\r\n"},
		{"an array's length must be there", "*\r\n"},
		{"an array's length has no plus", "*+1\r\n"},
		{"an array's length has no leading zero", "*01\r\n"},
		{"an array's length is not minus zero", "*-0\r\n"},
		{"an array's length ends with its digits", "*1 \r\n"},
		{"an array's length is at most 2147483647", "*2147483648\r\n"},
		{"an array's length of twenty digits is refused", "*99999999999999999999\r\n"},
	})
	add("invalid bulk length", [][2]string{
		{"an argument's length must be a number", "*1\r\n$abc\r\n"},
		{"an argument's length must be there", "*1\r\n$\r\n"},
		{"an argument's length has no plus", "*1\r\n$+4\r\n"},
		{"an argument's length has no leading space", "*1\r\n$ 4\r\n"},
		{"an argument's length has no leading zero", "*1\r\n$01\r\n"},
		{"an argument's length is not negative", "*1\r\n$-1\r\n"},
		{"an argument's length is at most 512 MB", "*1\r\n$536870913\r\n"},
		{"an argument's length of twenty digits is refused", "*1\r\n$99999999999999999999\r\n"},
	})
	add("expected '$', got 'P'", [][2]string{{"an argument begins with a dollar", "*1\r\nPING\r\n"}})
	add("expected '$', got ' '", [][2]string{{"an argument is not an empty line", "*1\r\n\r\n"}})
	add("too big inline request", [][2]string{{"a line of 64 KB without an end is refused", strings.Repeat("a", 65537)}})
	add("too big mbulk count string", [][2]string{{"an array's length without an end is refused", "*" + digits}})
	add("too big bulk count string", [][2]string{{"an argument's length without an end is refused", "*1\r\n$" + digits}})
	add("unbalanced quotes in request", [][2]string{
		{"double quotes must be closed", "ECHO \"a\r\n"},
		{"single quotes must be closed", "ECHO 'a\r\n"},
		{"a closing quote ends its word", "ECHO \"a\"b\r\n"},
		{"a closing single quote ends its word", "ECHO 'a'b\r\n"},
	})
	return rows
}

// pieces are requests that arrive torn at every place where a network may
// tear them.
func pieces() list {
	return in(2, lesson2RESP, list{
		{Name: "requests sent byte by byte are understood", Run: byteByByte},
		{Name: "requests cut in two anywhere are understood", Run: cutInTwo},
		{Name: "nothing is answered before the whole request is there", Run: answeredTooEarly},
		{Name: "a client that hangs up in a request leaves no trace", Run: hangsUpMidRequest},
	})
}

// severalRequests and severalReplies hold every kind of frame.
var (
	severalRequests = cmd("ECHO", "a\r\nb") + "PING\r\n" + "*0\r\n" + cmd("ECHO", "") + "\r\n" +
		"ECHO \"x y\"\r\n" + cmd("PING", "0123456789") + "*-1\r\n" + cmd("nosuch", "arg") + "PING\n" + cmd("PING")
	severalReplies = bulk("a\r\nb") + "+PONG\r\n" + bulk("") + bulk("x y") + bulk("0123456789") +
		unknown("nosuch", "arg") + "+PONG\r\n+PONG\r\n"
)

func byteByByte(t *T) {
	c := t.Dial()
	for i := range len(severalRequests) {
		c.Send(severalRequests[i : i+1])
	}
	c.Expect(severalReplies)
}

// cutInTwo sends a PING with the first part and waits for its reply: then the
// server has read the first part, and the second comes in a read of its own.
func cutInTwo(t *T) {
	c := t.Dial()
	for i := range len(severalRequests) {
		first, second := cmd("PING", "first part")+severalRequests[:i], severalRequests[i:]
		c.Exchange(first, bulk("first part"))
		c.Exchange(second, severalReplies)
	}
}

func answeredTooEarly(t *T) {
	c := t.Dial()
	request := cmd("ECHO", "0123456789")
	for cut := 1; cut < len(request); cut++ {
		c.Exchange(cmd("PING", "now")+request[:cut], bulk("now"))
		c.Exchange(request[cut:], bulk("0123456789"))
	}
	c.Exchange(cmd("PING"), "+PONG\r\n")
}

func hangsUpMidRequest(t *T) {
	for _, part := range []string{"*", "*2\r\n$4\r\nEC", "*2\r\n$4\r\nECHO\r\n$10\r\nabc", "PIN", "ECHO \"a"} {
		c := t.Dial()
		c.Exchange(cmd("PING", "now")+part, bulk("now"))
		c.Close()
	}
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
}
