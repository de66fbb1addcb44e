// ch08_auth.go: AUTH, requirepass, and what strangers are told.

package cases

import (
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

const (
	noAuth      = "-NOAUTH Authentication required.\r\n"
	helloNoAuth = "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option " +
		"can be used to authenticate the client and select the RESP protocol version at the same time\r\n"
	noPassword      = "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n"
	strangersLength = "-ERR Protocol error: unauthenticated multibulk length\r\n"
	strangersBulk   = "-ERR Protocol error: unauthenticated bulk length\r\n"
)

// secretive is a server with a password.
var secretive = []string{"--requirepass", "open sesame"}

// sesame says the password.
var sesame = cmd("AUTH", "open sesame")

func auth() list {
	with := func(name string, run func(*T)) conformance.Case {
		return conformance.Case{Name: name, Args: secretive, Run: run}
	}
	rows := list{
		{Name: "AUTH where there is no password", Run: dialogue(
			"AUTH", wrongArity("auth"), "AUTH x", noPassword, "AUTH default x", done, "AUTH default default", done, "AUTH nobody x", wrongPass, "AUTH Default x", wrongPass,
			"AUTH a b c", syntax, "HELLO 2 AUTH nobody x", wrongPass, "PING", "+PONG\r\n",
		)},
		{Name: "AUTH is queued, and runs in its turn", Run: dialogue("MULTI", done, "AUTH default x", queued, "AUTH nobody x", queued, "EXEC", array(done, wrongPass))},
		with("who has not said the password is told so", func(t *T) {
			speak(t.Dial(), newKeys(), "GET @k", noAuth, "SET @k v", noAuth, "PING", noAuth, "INFO", noAuth, "CLIENT ID", noAuth, "ACL WHOAMI", noAuth, "COMMAND", noAuth, "MULTI", noAuth,
				"WATCH @k", noAuth, "HELLO", helloNoAuth, "HELLO 2", helloNoAuth, "HELLO 2 SETNAME x", helloNoAuth, "RESET", "+RESET\r\n", "QUIT", done)
		}),
		with("what is no command is that for strangers, too", func(t *T) {
			speak(t.Dial(), plain, "nosuch x", unknown("nosuch", "x"), "GET", wrongArity("get"), "CLIENT nosuch", unknownSub("nosuch", "CLIENT"),
				"EXEC", "-EXECABORT Transaction discarded because of: NOAUTH Authentication required.\r\n", "DEBUG x", notAllowed)
		}),
		with("who says the password may do everything", func(t *T) {
			c, own := t.Dial(), newKeys()
			speak(c, own, "AUTH x", wrongPass, "AUTH nobody x", wrongPass, "GET @k", noAuth)
			c.Exchange(cmd("AUTH", "open"), wrongPass)
			c.Exchange(cmd("AUTH", "open sesame "), wrongPass)
			c.Exchange(cmd("AUTH", ""), wrongPass)
			c.Exchange(cmd("AUTH", "nobody", "open sesame"), wrongPass)
			c.Exchange(cmd("AUTH", "default", "open sesame"), done)
			speak(c, own, "SET @k v", done, "ACL WHOAMI", bulk("default"), "AUTH x", wrongPass, "GET @k", bulk("v"))
			c.Exchange(sesame, done)
			t.Dial().Exchange(sesame+own.cmd("GET @k"), done+bulk("v"))
			t.Dial().Exchange(own.cmd("GET @k"), noAuth)
		}),
		with("HELLO says the password, too", func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("HELLO", "2", "AUTH", "default", "x"), wrongPass)
			c.Exchange(cmd("HELLO", "9", "AUTH", "default", "open sesame"), noProto)
			c.Exchange(cmd("HELLO", "2", "AUTH", "default"), "-ERR Syntax error in HELLO option 'AUTH'\r\n")
			c.Exchange(cmd("PING"), noAuth)
			require.EqualValues(t, 2, intOf(t, c.Call("HELLO", "2", "SETNAME", "me", "AUTH", "default", "open sesame"), "proto"))
			speak(c, plain, "PING", "+PONG\r\n", "CLIENT GETNAME", bulk("me"))
			c = t.Dial()
			c.Exchange(cmd("HELLO", "2", "AUTH", "default", "open sesame", "nosuch"), "-ERR Syntax error in HELLO option 'nosuch'\r\n")
			c.Exchange(cmd("PING"), "+PONG\r\n")
		}),
		with("RESET asks for the password again", func(t *T) {
			t.Dial().Exchange(sesame+cmd("PING")+cmd("RESET")+cmd("PING")+sesame+cmd("PING"), done+"+PONG\r\n+RESET\r\n"+noAuth+done+"+PONG\r\n")
		}),
		with("a stranger's requests have ten words at most", func(t *T) {
			ten := strings.Split(strings.Repeat("x", 10), "")
			c := t.Dial()
			c.Exchange(cmd(ten...), unknown("x", ten[1:]...))
			c.Exchange(cmd(append(ten, "x")...), strangersLength)
			c.ExpectClosed()
			c = t.Dial()
			c.Exchange(sesame+cmd(append(ten, "x")...), done+unknown("x", ten...))
		}),
		with("a stranger's words have 16 KiB at most", func(t *T) {
			c, longest := t.Dial(), strings.Repeat("x", 16<<10)
			c.Exchange(cmd("AUTH", longest), wrongPass)
			c.Exchange("*2\r\n$4\r\nAUTH\r\n$16385\r\n", strangersBulk)
			c.ExpectClosed()
			t.Dial().Exchange(sesame+cmd("ECHO", longest+"x")+cmd("PING"), done+bulk(longest+"x")+"+PONG\r\n")
			t.Dial().Exchange(cmd("AUTH", "x")+"*2\r\n$4\r\nECHO\r\n$16385\r\n", wrongPass+strangersBulk)
		}),
		with("the password comes in pieces and inline, too", func(t *T) {
			c := t.Dial()
			c.Exchange(cmd("PING")+sesame[:20], noAuth)
			c.Exchange(sesame[20:]+cmd("PING"), done+"+PONG\r\n")
			t.Dial().Exchange("PING\r\nAUTH \"open sesame\"\r\nPING\r\n", noAuth+done+"+PONG\r\n")
		}),
		{Name: "CONFIG SET requirepass holds for who connects then", Own: true, Run: passwordComes},
		{Name: "a client that came before the password went need not say one", Args: secretive, Run: passwordGoes},
		{Name: "requirepass lets clients from other addresses in", Args: append([]string{"--bind", "0.0.0.0"}, secretive...), Run: func(t *T) {
			strangersAddress(t).Exchange(cmd("PING")+sesame+cmd("PING"), noAuth+done+"+PONG\r\n")
		}},
		{Name: "SLOWLOG and MONITOR show no passwords", Args: []string{"--slowlog-log-slower-than", "0"}, Run: showsNoPasswords},
		{Name: "a redis.conf has the password in quotes", Run: func(t *T) {
			d := newDisk(t)
			s := t.Start(d.options(d.writeConf("redis.conf", "requirepass \"a \\x62\\\"\"\n"), nil))
			c := t.DialAddr(s.Addr)
			c.Exchange(cmd("AUTH", "a b")+cmd("AUTH", "a b\"")+cmd("CONFIG", "GET", "requirepass"), wrongPass+done+array(bulk("requirepass"), bulk("a b\"")))
		}},
	}
	return in(8, lesson2Clients, rows)
}

// intOf is a number in a map.
func intOf(t *T, reply wire.Value, key string) int64 {
	v, ok := reply.Get(key)
	require.True(t, ok, key)
	return v.Int
}

func passwordComes(t *T) {
	before, admin := t.Dial(), t.Dial()
	before.Exchange(cmd("PING"), "+PONG\r\n")
	admin.Exchange(cmd("CONFIG", "SET", "requirepass", "pass"), done)
	after := t.Dial()
	speak(before, plain, "PING", "+PONG\r\n", "AUTH x", wrongPass, "PING", "+PONG\r\n", "RESET", "+RESET\r\n", "PING", noAuth)
	speak(after, plain, "PING", noAuth, "AUTH pass", done, "CONFIG GET requirepass", bulks("requirepass pass"))
	admin.Exchange(cmd("CONFIG", "SET", "requirepass", "other", "hz", "x"), setFailed("hz", notParsed))
	t.Dial().Exchange(cmd("AUTH", "other")+cmd("AUTH", "pass"), wrongPass+done)
	admin.Exchange(cmd("CONFIG", "SET", "requirepass", "other"), done)
	t.Dial().Exchange(cmd("AUTH", "pass")+cmd("AUTH", "other"), wrongPass+done)
	admin.Exchange(cmd("CONFIG", "SET", "requirepass", ""), done)
	t.Dial().Exchange(cmd("PING"), "+PONG\r\n")
}

func passwordGoes(t *T) {
	stranger, admin := t.Dial(), t.Dial()
	stranger.Exchange(cmd("PING"), noAuth)
	admin.Exchange(sesame+cmd("CONFIG", "SET", "requirepass", ""), done+done)
	speak(stranger, plain, "PING", "+PONG\r\n", "HELLO", helloNoAuth, "AUTH x", noPassword, "AUTH default x", done)
	require.EqualValues(t, 2, intOf(t, stranger.Call("HELLO"), "proto"))
}

// showsNoPasswords sends passwords in all ways that there are, and looks at what others see.
func showsNoPasswords(t *T) {
	watcher, c := t.Dial(), t.Dial()
	watcher.Exchange(cmd("MONITOR"), done)
	requests := []string{
		"AUTH default password", "HELLO 2 AUTH default password SETNAME me", "CONFIG SET requirepass password", "AUTH password",
		"ACL SETUSER default on", "CONFIG SET hz 10 masterauth password", "ACL DELUSER nobody", "HELLO 2 AUTH nobody password", "PING",
	}
	for _, request := range requests {
		c.Call(strings.Fields(request)...)
	}
	var told []string
	for _, entry := range c.Call("SLOWLOG", "GET", "-1").Elems {
		told = append(told, strings.Join(entry.Elems[3].Strings(), " "))
	}
	for _, want := range []string{
		"AUTH (redacted) (redacted)", "HELLO 2 AUTH (redacted) (redacted) SETNAME me", "CONFIG SET requirepass (redacted)", "AUTH (redacted)",
		"ACL SETUSER (redacted) (redacted)", "CONFIG SET hz 10 masterauth (redacted)", "ACL DELUSER nobody", "HELLO 2 AUTH (redacted) (redacted)", "PING",
	} {
		require.Contains(t, told, want)
	}
	require.NotContains(t, strings.Join(told, "\n"), " password")
	var seen []string
	for len(seen) == 0 || !strings.Contains(seen[len(seen)-1], "PING") {
		seen = append(seen, watcher.Reply().Text)
	}
	all := strings.Join(seen, "\n")
	require.NotContains(t, all, "password\"")
	require.Contains(t, all, `"HELLO" "2" "AUTH" "(redacted)" "(redacted)" "SETNAME" "me"`)
	require.Contains(t, all, `"AUTH" "(redacted)"`+"\n")
}
