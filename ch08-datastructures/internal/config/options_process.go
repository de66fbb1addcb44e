// options_process.go: rows of the table of settings: the process, and where it listens
// besides TCP.

package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// OOM says how the process asks the kernel to be spared, or not, when memory runs out.
type OOM int

const (
	OOMLeft     OOM = iota // as it was when the process began
	OOMRelative            // oom-score-adj-values is added to that
	OOMAbsolute            // oom-score-adj-values holds
)

// maxOOMValue bounds the values on both sides. The kernel takes half of that.
const maxOOMValue = 2000

// Supervision says who looks after the process, and is told that it is ready.
type Supervision int

const (
	Unsupervised Supervision = iota
	Upstart
	Systemd
	Auto // whoever has left something in the environment
)

var supervisions = []named[Supervision]{{"upstart", Upstart}, {"systemd", Systemd}, {"auto", Auto}, {"no", Unsupervised}}

func (s Supervision) String() string {
	for _, v := range supervisions {
		if v.value == s {
			return v.name
		}
	}
	return "unknown"
}

var processOptions = []option{
	{
		"daemonize", fixed, yesNo(func(c *Config) *bool { return &c.Daemonize }), "no",
		"go to the background",
	},
	{
		"supervised", fixed, choice(func(c *Config) *Supervision { return &c.Supervised }, supervisions), "no",
		"who is told that the server is ready",
	},
	{
		"always-show-logo", fixed, yesNo(func(c *Config) *bool { return &c.AlwaysShowLogo }), "no",
		"begin the log with what tells the process's number",
	},
	{
		"unixsocket", fixed, text(func(c *Config) *string { return &c.UnixSocket }), "",
		"a file to listen on, for clients of this machine; none if empty",
	},
	{
		"unixsocketperm", fixed, octal(func(c *Config) *int { return &c.UnixSocketPerm }, 0o777), "0",
		"the permissions of that file, as chmod has them; 0 leaves them as they are",
	},
	{
		"bind-source-addr", atRuntime, text(func(c *Config) *string { return &c.BindSourceAddr }), "",
		"taken so that Redis' setting is: this server connects to nobody",
	},
	{
		"oom-score-adj", atRuntime, choice(func(c *Config) *OOM { return &c.OOMScoreAdj },
			[]named[OOM]{{"no", OOMLeft}, {"yes", OOMRelative}, {"relative", OOMRelative}, {"absolute", OOMAbsolute}}), "no",
		"whether the kernel is told how to choose when memory runs out",
	},
	{
		"oom-score-adj-values", atRuntime, oomValues(func(c *Config) *[3]int { return &c.OOMScoreAdjValues }), "0 200 800",
		"what it is told, from -2000 (spare me) to 2000: the first one is this server's",
	},
}

// octal is a number written with the digits 0 to 7.
func octal(field func(*Config) *int, high int) kind {
	return one("OCTAL", func(c *Config, word string) error {
		n, err := strconv.ParseUint(word, 8, 31)
		if err != nil {
			return errors.New("argument couldn't be parsed as an octal number")
		}
		if int(n) > high {
			return fmt.Errorf("argument must be between 0 and %o inclusive", high)
		}
		*field(c) = int(n)
		return nil
	}, func(c *Config) string { return strconv.FormatInt(int64(*field(c)), 8) })
}

// oomValues is three numbers: of a server, of a replica, of a process that saves in the
// background. Redis: config.c, setConfigOOMScoreAdjValuesOption.
func oomValues(field func(*Config) *[3]int) kind {
	return kind{form: "NUMBER NUMBER NUMBER", manyWords: true, get: func(c *Config) string {
		return strings.Trim(fmt.Sprint(*field(c)), "[]")
	}, set: func(c *Config, words []string) error {
		words = strings.Fields(strings.Join(words, " "))
		if len(words) != len(field(c)) {
			return errCount
		}
		var values [3]int
		for i, word := range words {
			n, err := strconv.Atoi(word)
			if err != nil || n < -maxOOMValue || n > maxOOMValue {
				return RedisError("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
			}
			values[i] = n
		}
		*field(c) = values
		return nil
	}}
}
