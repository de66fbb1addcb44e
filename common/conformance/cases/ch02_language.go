// ch02_language.go: how requests may be written, and what is passed over in silence.

package cases

import (
	"strings"
)

// language is how requests may be written: as arrays of bulk strings, as
// people type them, and what is passed over in silence.
func language() list {
	return in(2, "Speaking Redis' language", list{
		{Name: "a request is an array of bulk strings", Run: answers("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n", "$5\r\nhello\r\n")},
		{Name: "a request may be a line", Run: answers("ECHO hello\r\n", "$5\r\nhello\r\n")},
		{Name: "a line may end with a bare newline", Run: answers("PING\n", "+PONG\r\n")},
		{Name: "a line may end with two carriage returns", Run: answers("PING\r\r\n", "+PONG\r\n")},
		{Name: "spaces and tabs around words are no words", Run: answers(" \t ECHO  \t hello \t \r\n", "$5\r\nhello\r\n")},
		{Name: "both kinds of request mix on one connection", Run: answers(cmd("ECHO", "a")+"ECHO b\r\n"+cmd("ECHO", "c")+"ECHO d\n", bulk("a")+bulk("b")+bulk("c")+bulk("d"))},
		{Name: "double quotes hold spaces", Run: answers("ECHO \"a b\"\r\n", bulk("a b"))},
		{Name: "double quotes know escapes", Run: answers(`ECHO "\x41\x7a\n\r\t\a\b\q\"\\"`+"\r\n", bulk("Az\n\r\t\a\bq\"\\"))},
		{Name: "half an escape is its letters", Run: answers(`ECHO "\xg1\x4"`+"\r\n", bulk("xg1x4"))},
		{Name: "single quotes know one escape", Run: answers(`ECHO 'a\'b\n'`+"\r\n", bulk(`a'b\n`))},
		{Name: "a backslash outside of quotes is itself", Run: answers(`ECHO \x41`+"\r\n", bulk(`\x41`))},
		{Name: "quotes may begin inside a word", Run: answers("ECHO a\"b c\"\r\n", bulk("ab c"))},
		{Name: "empty quotes are an empty argument", Run: answers("ECHO \"\"\r\nECHO ''\r\n", bulk("")+bulk(""))},
		{Name: "a command's name may be quoted", Run: answers("\"PING\"\r\n", "+PONG\r\n")},
		{Name: "an empty name is a name", Run: answers("\"\" x\r\n", "-ERR unknown command '', with args beginning with: 'x' \r\n")},
		{Name: "a line may hold bytes beyond ASCII", Run: answers("ECHO \xff\xfe\r\n", bulk("\xff\xfe"))},
		{Name: "an empty line is ignored", Run: answers("\r\n\n   \r\n", "")},
		{Name: "an empty array is ignored", Run: answers("*0\r\n", "")},
		{Name: "an array of negative length is ignored", Run: answers("*-1\r\n*-5\r\n", "")},
		{Name: "a reply's first byte makes no request", Run: answers("+PING\r\n$4\r\n", unknown("+PING")+unknown("$4"))},
		{Name: "an inline request of 65530 bytes is answered", Run: answers("PING "+strings.Repeat("a", 65525)+"\r\n", bulk(strings.Repeat("a", 65525)))},
		{Name: "POST closes the connection without a word", Run: silentlyClosed("POST / HTTP/1.1\r\n")},
		{Name: "Host: closes the connection without a word", Run: silentlyClosed("Host: example\r\n")},
		{Name: "POST in lower case closes it too", Run: silentlyClosed("post x\r\n")},
		{Name: "POST as an array closes it too", Run: silentlyClosed(cmd("POST", "/"))},
		{Name: "Host: as an array closes it too", Run: silentlyClosed(cmd("host:"))},
	})
}

// silentlyClosed expects an end and nothing before it.
func silentlyClosed(send string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Send(send)
		c.ExpectEOF()
	}
}
