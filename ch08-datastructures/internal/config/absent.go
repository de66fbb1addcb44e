// absent.go: settings of Redis 7.0 that somebody relies on, and that this server
// does not have. Whoever asks for users of few rights and gets a server that gives
// all of them has been deceived: the start is refused. With the values that ask for nothing,
// which every Redis writes to its redis.conf, the settings are taken.

package config

import (
	"slices"
	"strings"
)

// absent is a setting that this server does not have.
type absent struct {
	name    string
	neutral []string // values that ask for nothing, words joined by a space
	reason  string   // of refusing others
}

const (
	noUsers = "this server has one user, default, whose password is requirepass: others would not be kept out"
)

var absents = []absent{
	{"loadmodule", nil, "this server has no modules"},
	{"user", nil, noUsers},
}

// refuseAbsent is for a setting that is neither this server's nor ignored: it is
// absent, or there is none of that name.
func refuseAbsent(s setting) error {
	i := slices.IndexFunc(absents, func(a absent) bool { return a.name == s.name() })
	switch {
	case i < 0:
		return errUnknown
	case len(s) == 1:
		return errCount
	case slices.Contains(absents[i].neutral, strings.ToLower(strings.Join(s[1:], " "))):
		return nil
	}
	return RedisError(absents[i].reason)
}
