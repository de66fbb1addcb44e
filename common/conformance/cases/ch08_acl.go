// ch08_acl.go: ACL of the one user default, MODULE, and who may change what is protected.

package cases

import (
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	noUsersFile = "-ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command " +
		"and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.\r\n"
	noBits = "-ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096\r\n"
	stays  = "-ERR The 'default' user cannot be removed\r\n"
	// sesameHash is the password's SHA-256.
	sesameHash = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb"
)

var noModules = strings.ReplaceAll(strings.ReplaceAll(notAllowed, "DEBUG", "MODULE"), "debug", "module")

// notThatForm is the error for a subcommand with words it does not have.
func notThatForm(command, sub string) string {
	return "-ERR unknown subcommand or wrong number of arguments for '" + sub + "'. Try " + command + " HELP.\r\n"
}

func acl() list {
	rows := list{
		{Name: "ACL tells of the one user", Run: dialogue(
			"ACL WHOAMI", bulk("default"), "ACL USERS", bulks("default"), "ACL LIST", array(bulk("user default on nopass ~* &* +@all")),
			"ACL GETUSER default", userIs("on nopass", ""), "ACL GETUSER nobody", nilBulk, "ACL GETUSER Default", nilBulk,
			"ACL", wrongArity("acl"), "ACL nosuch", unknownSub("nosuch", "ACL"), "ACL WHOAMI x", wrongArity("acl|whoami"), "ACL GETUSER", wrongArity("acl|getuser"),
		)},
		{Name: "ACL tells the password's hash", Args: secretive, Run: func(t *T) {
			c := t.Dial()
			c.Exchange(sesame, done)
			speak(c, plain, "ACL LIST", array(bulk("user default on #"+sesameHash+" ~* &* +@all")), "ACL GETUSER default", userIs("on", sesameHash))
		}},
		{Name: "ACL DELUSER has nobody to delete", Run: dialogue(
			"ACL DELUSER default", stays, "ACL DELUSER nobody default", stays, "ACL DELUSER nobody", zero, "ACL DELUSER", wrongArity("acl|deluser"),
		)},
		{Name: "ACL SETUSER takes what is so", Run: dialogue("ACL SETUSER default", done, "ACL SETUSER default on nopass allkeys +@ALL &*", done, "ACL SETUSER", wrongArity("acl|setuser"))},
		{Name: "ACL SETUSER does not take a name with a space", Run: answers(cmd("ACL", "SETUSER", "a b"), "-ERR Usernames can't contain spaces or null characters\r\n")},
		{Name: "ACL SETUSER refuses what would not be so", StageOnly: "Redis has users", Run: func(t *T) {
			c := t.Dial()
			for _, words := range []string{"bob on", "bob", "default off", "default -@all", "default >x", "default resetkeys", "default nosuch"} {
				reply := c.Call(append([]string{"ACL", "SETUSER"}, strings.Fields(words)...)...)
				require.True(t, reply.IsError(), words)
				require.Contains(t, reply.Text, "this server", words)
			}
			c.Exchange(cmd("ACL", "USERS"), bulks("default"))
		}},
		{Name: "ACL DRYRUN", Run: dialogue(
			"ACL DRYRUN default GET k", done, "ACL DRYRUN default get", wrongArity("get"), "ACL DRYRUN default nosuch x", "-ERR Command 'nosuch' not found\r\n",
			"ACL DRYRUN nobody GET k", "-ERR User 'nobody' not found\r\n", "ACL DRYRUN nobody nosuch", "-ERR User 'nobody' not found\r\n", "ACL DRYRUN default CONFIG", wrongArity("config"),
			"ACL DRYRUN default CONFIG nosuch", "-ERR Command 'CONFIG' not found\r\n", "ACL DRYRUN default CONFIG GET", wrongArity("config|get"), "ACL DRYRUN default CONFIG GET x", done,
			"ACL DRYRUN default config|get x", "-ERR Command 'config|get' not found\r\n", "ACL DRYRUN default", wrongArity("acl|dryrun"), "ACL DRYRUN default FLUSHALL", done, "ACL DRYRUN default DEBUG SEGFAULT", done,
		)},
		{Name: "ACL CAT lists the categories", Run: dialogue(
			"ACL CAT", bulks("keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting"),
			"ACL CAT nosuch", "-ERR Unknown category 'nosuch'\r\n", "ACL CAT +read", "-ERR Unknown category '+read'\r\n", "ACL Cat read x", notThatForm("ACL", "Cat"),
		)},
		{Name: "ACL CAT lists a category's commands", Run: categoriesHave},
		{Name: "ACL GENPASS makes passwords", Run: makesPasswords},
		{Name: "ACL LOAD and SAVE have no file", Run: dialogue("ACL LOAD", noUsersFile, "ACL SAVE", noUsersFile, "ACL LOAD x", wrongArity("acl|load"))},
		{Name: "ACL HELP lists the subcommands", Run: helpLists("ACL", "CAT [<category>]", "DELUSER <username> [<username> ...]", "GETUSER <username>", "GENPASS [<bits>]", "LIST", "USERS", "WHOAMI", "HELP", "    Prints this help.")},
		{Name: "ACL LOG tells of wrong passwords", Own: true, Run: tellsOfRefusals},
		{Name: "ACL LOG forgets what is older than the limit", Own: true, Run: forgetsRefusals},
		{Name: "ACL LOG takes a number or RESET", Own: true, Run: dialogue(
			"ACL LOG", emptyList, "ACL LOG -1", emptyList, "ACL LOG 0", emptyList, "ACL LOG x", noInteger, "ACL LOG RESET", done, "ACL LOG reset", done, "ACL LOG 1 2", notThatForm("ACL", "LOG"), "ACL log RESET 1", notThatForm("ACL", "log"),
		)},
		{Name: "settings of access have Redis' values", Own: true, Run: dialogue(
			"CONFIG GET requirepass", array(bulk("requirepass"), bulk("")), "CONFIG GET acllog-max-len", bulks("acllog-max-len 128"), "CONFIG GET acl-pubsub-default", bulks("acl-pubsub-default resetchannels"),
			"CONFIG GET enable-module-command", bulks("enable-module-command no"), "CONFIG GET enable-protected-configs", bulks("enable-protected-configs no"),
			"CONFIG SET acllog-max-len -1", setFailed("acllog-max-len", between("0", most)), "CONFIG SET acl-pubsub-default x", setFailed("acl-pubsub-default", "argument(s) must be one of the following: allchannels, resetchannels"),
			"CONFIG SET acl-pubsub-default AllChannels", done, "CONFIG GET acl-pubsub-default", bulks("acl-pubsub-default allchannels"), "CONFIG SET acl-pubsub-default resetchannels", done,
			"CONFIG SET enable-module-command yes", setFailed("enable-module-command", "can't set immutable config"), "CONFIG SET enable-protected-configs yes", setFailed("enable-protected-configs", "can't set immutable config"),
		)},
		{Name: "enable-protected-configs lets settings be changed that are protected", Args: []string{"--enable-protected-configs", "yes"}, Run: dialogue(
			"CONFIG SET dir /", done, "CONFIG GET dir", bulks("dir /"), "CONFIG SET enable-protected-configs no", setFailed("enable-protected-configs", "can't set immutable config"),
		)},
		{Name: "enable-protected-configs local is for clients from 127.0.0.1", Args: []string{"--enable-protected-configs", "local", "--protected-mode", "no"}, Run: func(t *T) {
			t.DialFrom("127.0.0.2", t.Addr()).Exchange(cmd("CONFIG", "SET", "dir", "/"), setFailed("dir", "can't set protected config"))
			t.DialFrom("127.0.0.1", t.Addr()).Exchange(cmd("CONFIG", "SET", "dir", "/"), done)
		}},
		{Name: "MODULE of a server without modules", Own: true, Run: dialogue(
			"MODULE LIST", emptyList, "MODULE LOAD x", noModules, "MODULE LOADEX x", noModules, "MODULE UNLOAD x", noModules, "MODULE UNLOAD", wrongArity("module|unload"), "MODULE", wrongArity("module"), "MODULE nosuch", unknownSub("nosuch", "MODULE"),
		)},
		{Name: "enable-module-command lets modules be asked for", Args: []string{"--enable-module-command", "yes"}, Run: dialogue(
			"MODULE LOAD /nosuch.so", "-ERR Error loading the extension. Please check the server logs.\r\n", "MODULE UNLOAD nosuch", "-ERR Error unloading module: no such module with that name\r\n", "DEBUG SLEEP 0", notAllowed,
		)},
	}
	return in(8, lesson2Clients, rows)
}

// userIs is ACL GETUSER's reply: flags, and the hash of a password, if there is one.
func userIs(flags, hash string) string {
	return "*12\r\n" + bulk("flags") + bulks(flags) + bulk("passwords") + bulks(hash) + bulk("commands") + bulk("+@all") + bulk("keys") + bulk("~*") + bulk("channels") + bulk("&*") + bulk("selectors") + emptyList
}

// categoriesHave looks for commands in categories, and for others that are in none of them.
func categoriesHave(t *T) {
	c := t.Dial()
	for category, want := range map[string]string{
		"connection": "auth hello ping client|id command command|info", "TRANSACTION": "multi exec watch", "dangerous": "flushall config|set acl|setuser keys info", "set": "sadd sinter",
		"admin": "acl|log config|get debug", "fast": "get hset ping", "slow": "client acl config keys", "keyspace": "del expire scan", "blocking": "blpop",
	} {
		require.Subset(t, c.Call("ACL", "CAT", category).Strings(), strings.Fields(want), category)
	}
	require.NotContains(t, c.Call("ACL", "CAT", "connection").Strings(), "client")
	require.NotContains(t, c.Call("ACL", "CAT", "write").Strings(), "get")
}

func makesPasswords(t *T) {
	c := t.Dial()
	for bits, digits := range map[string]int{"1": 1, "4": 1, "5": 2, "8": 2, "9": 3, "255": 64, "256": 64, "257": 65, "4096": 1024} {
		password := c.Call("ACL", "GENPASS", bits).Text
		require.Len(t, password, digits)
		require.Empty(t, strings.Trim(password, "0123456789abcdef"))
	}
	first, second := c.Call("ACL", "GENPASS").Text, c.Call("ACL", "GENPASS").Text
	require.Len(t, first, 64)
	require.NotEqual(t, first, second)
	speak(c, plain, "ACL GENPASS 0", noBits, "ACL GENPASS -8", noBits, "ACL GENPASS 4097", noBits, "ACL GENPASS x", noInteger, "ACL GENPASS 1 2", notThatForm("ACL", "GENPASS"))
}

// refusal is an entry of ACL LOG: how often, where, the command, whom.
type refusal struct{ count, context, object, user string }

func refusals(t *T, c *conformance.Conn, words ...string) (all []refusal) {
	for _, e := range c.Call(append([]string{"ACL", "LOG"}, words...)...).Elems {
		require.Len(t, e.Elems, 14)
		text := func(key string) string {
			v, ok := e.Get(key)
			require.True(t, ok, key)
			return v.Text
		}
		require.Equal(t, "auth", text("reason"))
		age, err := strconv.ParseFloat(text("age-seconds"), 64)
		require.NoError(t, err)
		require.True(t, age >= 0 && age < 60, "%f seconds", age)
		require.Regexp(t, `^id=\d+ addr=127\.0\.0\.1:\d+ laddr=\S+ fd=\d+ name= age=\d+ idle=\d+ flags=[Nx] db=0 .* cmd=(auth|hello|exec) user=default redir=-1 resp=2$`, text("client-info"))
		count, _ := e.Get("count")
		all = append(all, refusal{strconv.FormatInt(count.Int, 10), text("context"), text("object"), text("username")})
	}
	return all
}

func tellsOfRefusals(t *T) {
	c := t.Dial()
	speak(c, plain, "AUTH bob x", wrongPass, "AUTH bob y", wrongPass, "AUTH eve x", wrongPass, "auth bob x", wrongPass, "HELLO 2 AUTH bob x", wrongPass, "MULTI", done, "AUTH eve x", queued, "EXEC", array(wrongPass))
	t.Dial().Exchange(cmd("AUTH", "bob", "z"), wrongPass)
	require.Equal(t, []refusal{{"3", "toplevel", "AUTH", "bob"}, {"1", "multi", "AUTH", "eve"}, {"1", "toplevel", "HELLO", "bob"}, {"1", "toplevel", "auth", "bob"}, {"1", "toplevel", "AUTH", "eve"}}, refusals(t, c))
	require.Len(t, refusals(t, c, "2"), 2)
	require.Len(t, refusals(t, c, "99999"), 5)
	for i := range 12 { // more than are shown
		c.Exchange(cmd("AUTH", "user"+strconv.Itoa(i), "x"), wrongPass)
	}
	require.Len(t, refusals(t, c), 10)
	require.Len(t, refusals(t, c, "99999"), 17)
	c.Exchange(cmd("AUTH", "bob", "x"), wrongPass) // which is too long ago to be found
	require.Equal(t, refusal{"1", "toplevel", "AUTH", "bob"}, refusals(t, c, "1")[0])
	speak(c, plain, "ACL LOG RESET", done, "ACL LOG", emptyList)
}

func forgetsRefusals(t *T) {
	c := t.Dial()
	speak(c, plain, "CONFIG SET acllog-max-len 2", done, "AUTH a x", wrongPass, "AUTH b x", wrongPass, "AUTH c x", wrongPass)
	require.Equal(t, []refusal{{"1", "toplevel", "AUTH", "c"}, {"1", "toplevel", "AUTH", "b"}}, refusals(t, c))
	speak(c, plain, "CONFIG SET acllog-max-len 0", done, "AUTH d x", wrongPass, "ACL LOG", emptyList)
}
