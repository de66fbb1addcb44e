// ch02_commands.go: HELLO, COMMAND and CLIENT.

package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

const (
	badName    = "-ERR Client names cannot contain spaces, newlines or special characters.\r\n"
	notInteger = "-ERR Protocol version is not an integer or out of range\r\n"
	wrongPass  = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
)

func helloSyntax(option string) string {
	return "-ERR Syntax error in HELLO option '" + option + "'\r\n"
}

// handshake is HELLO as RESP2 knows it.
func handshake() list {
	return in(2, lesson2PING, list{
		{Name: "HELLO describes the server", Run: helloDescribes("HELLO")},
		{Name: "HELLO 2 describes the server", Run: helloDescribes("HELLO", "2")},
		{Name: "HELLO 2 SETNAME names the connection", Run: helloNames},
		{Name: "HELLO 3 is refused until chapter 8 brings RESP3", Until: 7, NotRedis: "the stages before chapter 8 speak RESP2 only", Run: answers(cmd("HELLO", "3"), noProto)},
		{Name: "HELLO 1 is refused", Run: answers(cmd("HELLO", "1"), noProto)},
		{Name: "HELLO 4 is refused", Run: answers(cmd("HELLO", "4"), noProto)},
		{Name: "HELLO -1 is refused", Run: answers(cmd("HELLO", "-1"), noProto)},
		{Name: "HELLO's version must be an integer", Run: answers(cmd("HELLO", "abc")+cmd("HELLO", "2 ")+cmd("HELLO", "02")+cmd("HELLO", ""), strings.Repeat(notInteger, 4))},
		{Name: "HELLO's version must fit", Run: answers(cmd("HELLO", "99999999999999999999"), notInteger)},
		{Name: "HELLO's version comes first", Run: answers(cmd("HELLO", "SETNAME", "me"), notInteger)},
		{Name: "HELLO refuses an unknown option", Run: answers(cmd("HELLO", "2", "foo"), helloSyntax("foo"))},
		{Name: "HELLO refuses SETNAME without a name", Run: answers(cmd("HELLO", "2", "SETNAME"), helloSyntax("SETNAME"))},
		{Name: "HELLO refuses AUTH without a password", Run: answers(cmd("HELLO", "2", "AUTH", "me"), helloSyntax("AUTH"))},
		{
			Name: "HELLO takes its options one after another",
			Run: answers(cmd("HELLO", "2", "SETNAME", "me", "FOO")+cmd("CLIENT", "GETNAME")+cmd("HELLO", "2", "AUTH", "nobody", "x", "FOO")+cmd("HELLO", "2", "SETNAME", "you", "AUTH", "nobody", "x")+cmd("CLIENT", "GETNAME"),
				helloSyntax("FOO")+bulk("me")+wrongPass+wrongPass+bulk("you")),
		},
		{Name: "HELLO refuses a bad name", Run: answers(cmd("HELLO", "2", "SETNAME", "a b"), badName)},
		{
			Name: "a refused HELLO leaves the name",
			Run:  answers(cmd("CLIENT", "SETNAME", "me")+cmd("HELLO", "9", "SETNAME", "other")+cmd("CLIENT", "GETNAME"), "+OK\r\n"+noProto+bulk("me")),
		},
	})
}

func helloDescribes(request ...string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		id := c.Call("CLIENT", "ID").Int
		c.Exchange(cmd(request...), "*14\r\n"+bulk("server")+bulk("redis")+bulk("version")+bulk("7.0.15")+
			bulk("proto")+":2\r\n"+bulk("id")+":"+strconv.FormatInt(id, 10)+"\r\n"+
			bulk("mode")+bulk("standalone")+bulk("role")+bulk("master")+bulk("modules")+"*0\r\n")
	}
}

func helloNames(t *T) {
	c := t.Dial()
	require.Len(t, c.Call("HELLO", "2", "setname", "me").Elems, 14)
	c.Exchange(cmd("CLIENT", "GETNAME"), bulk("me"))
	require.Len(t, c.Call("HELLO", "2", "SETNAME", "").Elems, 14)
	c.Exchange(cmd("CLIENT", "GETNAME"), nilBulk)
}

// What COMMAND INFO says of a few commands, as Redis 7.0.15 does.
const (
	infoPing = "*10\r\n$4\r\nping\r\n:-1\r\n*1\r\n+fast\r\n:0\r\n:0\r\n:0\r\n*2\r\n+@fast\r\n+@connection\r\n" +
		"*2\r\n$25\r\nrequest_policy:all_shards\r\n$29\r\nresponse_policy:all_succeeded\r\n*0\r\n*0\r\n"
	infoEcho = "*10\r\n$4\r\necho\r\n:2\r\n*3\r\n+loading\r\n+stale\r\n+fast\r\n:0\r\n:0\r\n:0\r\n" +
		"*2\r\n+@fast\r\n+@connection\r\n*0\r\n*0\r\n*0\r\n"
	infoOfHandshake = "\r\n:-1\r\n*6\r\n+noscript\r\n+loading\r\n+stale\r\n+fast\r\n+no_auth\r\n+allow_busy\r\n" +
		":0\r\n:0\r\n:0\r\n*2\r\n+@fast\r\n+@connection\r\n*0\r\n*0\r\n*0\r\n"
	infoHello    = "*10\r\n$5\r\nhello" + infoOfHandshake
	infoQuit     = "*10\r\n$4\r\nquit" + infoOfHandshake
	infoClientID = "*10\r\n$9\r\nclient|id\r\n:2\r\n*3\r\n+noscript\r\n+loading\r\n+stale\r\n:0\r\n:0\r\n:0\r\n" +
		"*2\r\n+@slow\r\n+@connection\r\n*0\r\n*0\r\n*0\r\n"
)

// commandCommand is the table of commands, as clients ask for it.
func commandCommand() list {
	return in(2, lesson2PING, list{
		{Name: "COMMAND lists as many commands as COMMAND COUNT says", Run: commandCounts},
		{Name: "COMMAND LIST names the commands", Run: commandLists},
		{Name: "COMMAND LIST FILTERBY PATTERN filters", Run: answers(cmd("COMMAND", "LIST", "FILTERBY", "PATTERN", "ech*")+cmd("COMMAND", "LIST", "filterby", "pattern", "PING")+cmd("COMMAND", "LIST", "FILTERBY", "PATTERN", "nosuch*"), "*1\r\n"+bulk("echo")+"*1\r\n"+bulk("ping")+"*0\r\n")},
		{Name: "COMMAND LIST FILTERBY PATTERN sees subcommands", Run: answers(cmd("COMMAND", "LIST", "FILTERBY", "PATTERN", "client|getn*"), "*1\r\n"+bulk("client|getname"))},
		{Name: "COMMAND LIST FILTERBY ACLCAT filters", Run: commandListsCategory},
		{Name: "COMMAND LIST FILTERBY ACLCAT knows no other category", Run: answers(cmd("COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch")+cmd("COMMAND", "LIST", "FILTERBY", "ACLCAT", "@connection"), "*0\r\n*0\r\n")},
		{Name: "COMMAND LIST FILTERBY MODULE finds none", Run: answers(cmd("COMMAND", "LIST", "FILTERBY", "MODULE", "nosuch"), "*0\r\n")},
		{Name: "COMMAND LIST refuses other filters", Run: answers(cmd("COMMAND", "LIST", "FILTERBY", "FOO", "x")+cmd("COMMAND", "LIST", "FILTERBY", "PATTERN")+cmd("COMMAND", "LIST", "foo"), syntax+syntax+syntax)},
		{Name: "COMMAND INFO describes ping", Run: answers(cmd("COMMAND", "INFO", "ping"), "*1\r\n"+infoPing)},
		{Name: "COMMAND INFO describes echo", Run: answers(cmd("COMMAND", "INFO", "echo"), "*1\r\n"+infoEcho)},
		{Name: "COMMAND INFO describes hello", Run: answers(cmd("COMMAND", "INFO", "hello"), "*1\r\n"+infoHello)},
		{Name: "COMMAND INFO describes quit", Run: answers(cmd("COMMAND", "INFO", "quit"), "*1\r\n"+infoQuit)},
		{Name: "COMMAND INFO describes a subcommand", Run: answers(cmd("COMMAND", "INFO", "client|id"), "*1\r\n"+infoClientID)},
		{Name: "COMMAND INFO answers nil for what there is not", Run: answers(cmd("COMMAND", "INFO", "PING", "nosuch", "client|nosuch", "ping|x", "echo"), "*5\r\n"+infoPing+nilBulk+nilBulk+nilBulk+infoEcho)},
		{Name: "COMMAND DOCS documents ping", Run: commandDocs},
		{Name: "COMMAND DOCS passes over what there is not", Run: answers(cmd("COMMAND", "DOCS", "nosuch"), "*0\r\n")},
		{Name: "COMMAND GETKEYS finds none in ECHO", Run: answers(cmd("COMMAND", "GETKEYS", "ECHO", "a"), noKeys)},
		{Name: "COMMAND GETKEYS refuses an unknown command", Run: answers(cmd("COMMAND", "GETKEYS", "nosuch", "a"), noCommand)},
		{Name: "COMMAND GETKEYS wants a command with an argument", Run: answers(cmd("COMMAND", "GETKEYS", "PING"), wrongArity("command|getkeys"))},
		{Name: "COMMAND refuses an unknown subcommand", Run: answers(cmd("COMMAND", "NoSuch", "x"), unknownSub("NoSuch", "COMMAND"))},
		{Name: "COMMAND COUNT takes no argument", Run: answers(cmd("COMMAND", "COUNT", "x"), wrongArity("command|count"))},
	})
}

func commandCounts(t *T) {
	c := t.Dial()
	count := c.Call("COMMAND", "COUNT")
	require.Equal(t, byte(':'), count.Kind)
	require.Positive(t, count.Int)
	require.EqualValues(t, count.Int, len(c.Call("COMMAND").Elems), "COMMAND")
	require.EqualValues(t, count.Int, len(c.Call("COMMAND", "INFO").Elems), "COMMAND INFO")
	names := slices.DeleteFunc(c.Call("COMMAND", "LIST").Strings(), func(s string) bool { return strings.Contains(s, "|") })
	require.EqualValues(t, count.Int, len(names), "COMMAND LIST without the subcommands")
}

func commandLists(t *T) {
	require.Subset(t, t.Dial().Call("COMMAND", "LIST").Strings(), []string{"ping", "echo", "quit", "hello", "command", "client"})
}

func commandListsCategory(t *T) {
	c := t.Dial()
	names := c.Call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "connection").Strings()
	require.Subset(t, names, []string{"ping", "echo", "quit", "hello", "command", "client|id", "client|setname", "client|getname"})
	require.NotContains(t, names, "client", "a container is in no category but slow")
	require.NotContains(t, c.Call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "fast").Strings(), "command")
}

func commandDocs(t *T) {
	docs := t.Dial().Call("COMMAND", "DOCS", "PING")
	require.Len(t, docs.Elems, 2, "a name and its documentation")
	require.Equal(t, "ping", docs.Elems[0].Text)
	summary, _ := docs.Elems[1].Get("summary")
	require.NotEmpty(t, summary.Text, "the summary's words are the server's own")
	for field, want := range map[string]string{"since": "1.0.0", "group": "connection"} {
		got, _ := docs.Elems[1].Get(field)
		require.Equal(t, want, got.Text, field)
	}
}

// clientCommand is what a connection can say and ask about itself.
func clientCommand() list {
	long := strings.Repeat("x", 200)
	return in(2, lesson2PING, list{
		{Name: "CLIENT ID stays the same on a connection", Run: clientIDStays},
		{Name: "CLIENT ID grows from connection to connection", Run: clientIDGrows},
		{Name: "CLIENT GETNAME is nil at first", Run: answers(cmd("CLIENT", "GETNAME"), nilBulk)},
		{Name: "CLIENT SETNAME is remembered", Run: answers(cmd("client", "setname", "me")+cmd("CLIENT", "GETNAME")+"CLIENT GETNAME\r\n", "+OK\r\n"+bulk("me")+bulk("me"))},
		{Name: "CLIENT SETNAME with an empty name forgets it", Run: answers(cmd("CLIENT", "SETNAME", "me")+cmd("CLIENT", "SETNAME", "")+cmd("CLIENT", "GETNAME"), "+OK\r\n+OK\r\n"+nilBulk)},
		{Name: "CLIENT SETNAME is the connection's own", Run: clientNamesAreOwn},
		{Name: "CLIENT SETNAME refuses spaces", Run: answers(cmd("CLIENT", "SETNAME", "me")+cmd("CLIENT", "SETNAME", "a b")+cmd("CLIENT", "GETNAME"), "+OK\r\n"+badName+bulk("me"))},
		{Name: "CLIENT SETNAME refuses newlines, NUL and bytes beyond ASCII", Run: answers(cmd("CLIENT", "SETNAME", "a\n")+cmd("CLIENT", "SETNAME", "a\x00b")+cmd("CLIENT", "SETNAME", "\xff"), badName+badName+badName)},
		{Name: "CLIENT SETINFO is taken", NotRedis: "it came with Redis 7.2; clients send it", Run: answers(cmd("CLIENT", "SETINFO", "LIB-NAME", "go-redis")+cmd("CLIENT", "SETINFO", "lib-ver", "9"), "+OK\r\n+OK\r\n")},
		{Name: "CLIENT alone is refused", Run: answers(cmd("CLIENT"), wrongArity("client"))},
		{Name: "CLIENT ID takes no argument", Run: answers(cmd("CLIENT", "ID", "x"), wrongArity("client|id"))},
		{Name: "CLIENT SETNAME takes one argument", Run: answers(cmd("CLIENT", "SETNAME")+cmd("client", "setname", "a", "b"), wrongArity("client|setname")+wrongArity("client|setname"))},
		{Name: "CLIENT refuses an unknown subcommand", Run: answers(cmd("CLIENT", "NoSuch", "a"), unknownSub("NoSuch", "CLIENT"))},
		{Name: "an unknown subcommand is cut at 128 bytes", Run: answers(cmd("CLIENT", long), unknownSub(long[:128], "CLIENT"))},
		{Name: "newlines in an unknown subcommand become spaces", Run: answers(cmd("CLIENT", "a\r\nb"), unknownSub("a  b", "CLIENT"))},
	})
}

func clientIDStays(t *T) {
	c := t.Dial()
	id := c.Call("CLIENT", "ID").Int
	require.Positive(t, id)
	require.Equal(t, id, c.Call("CLIENT", "ID").Int)
}

func clientIDGrows(t *T) {
	last := int64(0)
	for range 5 {
		c := t.Dial()
		id := c.Call("CLIENT", "ID").Int
		require.Greater(t, id, last)
		last = id
		c.Close()
	}
}

func clientNamesAreOwn(t *T) {
	a, b := t.Dial(), t.Dial()
	a.Exchange(cmd("CLIENT", "SETNAME", "a"), "+OK\r\n")
	b.Exchange(cmd("CLIENT", "GETNAME"), nilBulk)
	b.Exchange(cmd("CLIENT", "SETNAME", "b"), "+OK\r\n")
	a.Exchange(cmd("CLIENT", "GETNAME"), bulk("a"))
}
