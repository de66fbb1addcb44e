// acl.go: AUTH, and ACL: who may do what.
//
// There is one user, default, who may do everything (engine/auth.go). ACL tells of it as
// Redis does. What would make another user, or take rights from this one, is refused: it is
// better to have no such user than one that is not kept out.
//
//	user default on nopass ~* &* +@all         without requirepass
//	user default on #2c26b46b... ~* &* +@all   with it: its SHA-256
//
// Redis: acl.c, aclCommand and authCommand.

package command

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
)

var authCommands = []Row{
	row("auth", auth, -2, NoScript|Loading|Stale|Fast|NoAuth|AllowBusy, ACLConnection, noKeys,
		doc("1.0.0", "O(N) where N is the length of the password", "[<username>] <password>", "Says who one is, and the password.")),
}

var aclCommands = []Row{
	row("acl", nil, -2, 0, 0, noKeys,
		doc("6.0.0", "Depends on subcommand.", "", "Holds the commands about users and their rights.")),
	row("acl|cat", aclCat, -2, NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(N) where N is the number of commands", "[<category>]", "Lists the categories of commands, or the commands of one.")),
	row("acl|deluser", aclDelUser, -3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(N) where N is the number of names", "<username> [<username> ...]", "Deletes users. There are none but default, which stays.")),
	row("acl|dryrun", aclDryRun, -4, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("7.0.0", "O(1)", "<username> <command> [<arg> [<arg> ...]]", "Tells whether a user may run a command.")),
	row("acl|genpass", aclGenPass, -2, NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "[<bits>]", "Answers a random password, of 256 bits if not told otherwise.")),
	row("acl|getuser", aclGetUser, 3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "<username>", "Tells what a user may do.")),
	row("acl|list", aclList, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Lists the users as lines of a configuration.")),
	row("acl|load", aclFile, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Reads the users from a file. There is none here.")),
	row("acl|log", aclLog, -2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(N) where N is the number of entries shown", "[<count>|RESET]", "Tells of wrong passwords, the last ones first.")),
	row("acl|save", aclFile, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Writes the users to a file. There is none here.")),
	row("acl|setuser", aclSetUser, -3, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(N) where N is the number of rules", "<username> [<rule> [<rule> ...]]", "Is refused, unless the rules are those that hold.")),
	row("acl|users", aclUsers, 2, Admin|NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Lists the users' names.")),
	row("acl|whoami", aclWhoAmI, 2, NoScript|Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Answers the name of the connection's user.")),
	row("acl|help", help, 2, Loading|Stale, 0, noKeys,
		doc("6.0.0", "O(1)", "", "Prints this help.")),
}

// auth answers AUTH [username] password.
func auth(c *Client) {
	user, password := []byte(engine.DefaultUser), c.Args[1]
	switch len(c.Args) {
	case 2:
		if !c.Engine.HasPassword() {
			c.Redact(1)
			c.ReplyError("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?")
			return
		}
	case 3:
		user, password = c.Args[1], c.Args[2]
	default:
		c.ReplyError(engine.ErrSyntax)
		return
	}
	ok := c.Authenticate(user, password)
	for i := range c.Args[1:] {
		c.Redact(1 + i)
	}
	if !ok {
		c.ReplyError(engine.ErrWrongPass)
		return
	}
	c.ReplyOK()
}

// The rules of the one user, but for its password.
const (
	allCommands = "+@all"
	allKeys     = "~*"
	allChannels = "&*"
)

func aclWhoAmI(c *Client) { c.ReplyBulkString(engine.DefaultUser) }

func aclUsers(c *Client) {
	c.ReplyArrayLen(1)
	c.ReplyBulkString(engine.DefaultUser)
}

func aclList(c *Client) {
	c.ReplyArrayLen(1)
	c.ReplyBulkString(strings.Join([]string{"user", engine.DefaultUser, "on", c.Engine.Config.PasswordRule(), allKeys, allChannels, allCommands}, " "))
}

// aclGetUser answers ACL GETUSER.
func aclGetUser(c *Client) {
	if string(c.Args[2]) != engine.DefaultUser {
		c.ReplyNull()
		return
	}
	flags, passwords := []string{"on", "nopass"}, []string(nil)
	if hash, has := strings.CutPrefix(c.Engine.Config.PasswordRule(), "#"); has {
		flags, passwords = []string{"on"}, []string{hash}
	}
	c.ReplyMapLen(6)
	c.ReplyBulkString("flags")
	c.ReplySetLen(len(flags))
	for _, flag := range flags {
		c.ReplyBulkString(flag)
	}
	c.ReplyBulkString("passwords")
	c.ReplyArrayLen(len(passwords))
	for _, password := range passwords {
		c.ReplyBulkString(password)
	}
	for _, rule := range [][2]string{{"commands", allCommands}, {"keys", allKeys}, {"channels", allChannels}} {
		c.ReplyBulkString(rule[0])
		c.ReplyBulkString(rule[1])
	}
	c.ReplyBulkString("selectors")
	c.ReplyArrayLen(0)
}

// aclSetUser answers ACL SETUSER: an error, unless nothing is asked for that is not so.
func aclSetUser(c *Client) {
	user := string(c.Args[2])
	refusal := ""
	if strings.ContainsAny(user, " \x00") {
		refusal = "ERR Usernames can't contain spaces or null characters"
	} else if user != engine.DefaultUser {
		refusal = "ERR this server has one user, default: others would not be kept out"
	}
	for _, rule := range c.Args[3:] {
		holds := slices.Contains(config.Held, strings.ToLower(string(rule))) || string(rule) == c.Engine.Config.PasswordRule()
		if refusal == "" && !holds {
			refusal = "ERR Error in ACL SETUSER modifier '" + engine.Quoted(rule, engine.MaxQuoted) +
				"': the one user of this server may do everything; CONFIG SET requirepass sets its password"
		}
	}
	for i := range c.Args[2:] {
		c.Redact(2 + i)
	}
	if refusal != "" {
		c.ReplyError(refusal)
		return
	}
	c.ReplyOK()
}

// aclDelUser answers ACL DELUSER.
func aclDelUser(c *Client) {
	for _, user := range c.Args[2:] {
		if string(user) == engine.DefaultUser {
			c.ReplyError("ERR The 'default' user cannot be removed")
			return
		}
	}
	c.ReplyInt(0)
}

// aclCat answers ACL CAT [category].
func aclCat(c *Client) {
	switch len(c.Args) {
	case 2:
		names := engine.AllCategories.Names()
		c.ReplyArrayLen(len(names))
		for _, name := range names {
			c.ReplyBulkString(strings.TrimPrefix(name, "@"))
		}
	case 3:
		category := "@" + strings.ToLower(string(c.Args[2]))
		if !slices.Contains(engine.AllCategories.Names(), category) {
			c.ReplyError("ERR Unknown category '" + engine.Quoted(c.Args[2], engine.MaxQuoted) + "'")
			return
		}
		at, n := c.BeginArray(), 0
		for _, cmd := range slices.Concat(c.Engine.Table.All, c.Engine.Table.Gone) {
			if slices.Contains(cmd.Categories().Names(), category) {
				c.ReplyBulkString(cmd.Name)
				n++
			}
		}
		c.EndArray(at, n)
	default:
		unknownForm(c)
	}
}

// unknownForm answers a container's subcommand with words that it does not have. Redis:
// networking.c, addReplySubcommandSyntaxError.
func unknownForm(c *Client) {
	c.ReplyError("ERR unknown subcommand or wrong number of arguments for '" + engine.Quoted(c.Args[1], engine.MaxQuoted) +
		"'. Try " + strings.ToUpper(string(c.Args[0])) + " HELP.")
}

// aclDryRun answers ACL DRYRUN username command [arg ...].
func aclDryRun(c *Client) {
	request := c.Args[3:]
	cmd := c.Engine.Table.Find(request)
	switch {
	case string(c.Args[2]) != engine.DefaultUser:
		c.ReplyError("ERR User '" + engine.Quoted(c.Args[2], len(c.Args[2])) + "' not found")
	case cmd == nil:
		c.ReplyError("ERR Command '" + engine.Quoted(request[0], len(request[0])) + "' not found")
	case !cmd.Accepts(len(request)):
		c.ReplyError("ERR wrong number of arguments for '" + cmd.Name + "' command")
	default:
		c.ReplyOK()
	}
}

// maxPassBits is how many bits ACL GENPASS answers at most, 4 in a digit.
const maxPassBits = 4096

// aclGenPass answers ACL GENPASS [bits].
func aclGenPass(c *Client) {
	bits := int64(256)
	switch len(c.Args) {
	case 2:
	case 3:
		var ok bool
		if bits, ok = c.ParseInt(c.Args[2]); !ok {
			return
		}
		if bits <= 0 || bits > maxPassBits {
			c.ReplyError("ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096")
			return
		}
	default:
		unknownForm(c)
		return
	}
	var room [maxPassBits / 8]byte
	digits := (bits + 3) / 4
	random := room[:(digits+1)/2]
	_, _ = rand.Read(random) // it never fails
	c.ReplyBulkString(hex.EncodeToString(random)[:digits])
}

// shownRefusals is how many entries ACL LOG answers if it is not told.
const shownRefusals = 10

// aclLog answers ACL LOG [count | RESET].
func aclLog(c *Client) {
	count := int64(shownRefusals)
	switch {
	case len(c.Args) == 3 && engine.IsOption(c.Args[2], "reset"):
		c.Engine.ForgetRefusals()
		c.ReplyOK()
		return
	case len(c.Args) == 3:
		var ok bool
		if count, ok = c.ParseInt(c.Args[2]); !ok {
			return
		}
	case len(c.Args) > 3:
		unknownForm(c)
		return
	}
	entries := c.Engine.Refusals(max(0, count))
	c.ReplyArrayLen(len(entries))
	for i := range entries {
		replyRefusal(c, &entries[i])
	}
}

func replyRefusal(c *Client, r *engine.Refusal) {
	c.ReplyMapLen(7)
	c.ReplyBulkString("count")
	c.ReplyInt(r.Count)
	for _, field := range [][2]string{{"reason", "auth"}, {"context", r.Context}, {"object", r.Object}, {"username", r.User}} {
		c.ReplyBulkString(field[0])
		c.ReplyBulkString(field[1])
	}
	c.ReplyBulkString("age-seconds")
	c.ReplyDouble(float64(c.Engine.Clock()-r.At) / 1000)
	c.ReplyBulkString("client-info")
	c.ReplyBulkString(r.Client)
}

// aclFile answers ACL LOAD and ACL SAVE.
func aclFile(c *Client) {
	c.ReplyError("ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER " +
		"command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the " +
		"Redis configuration.")
}
