// user.go: the one user's line, which CONFIG REWRITE of Redis puts at a file's end. It is taken
// where it says what is so, and requirepass stands before it.

package config

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Held are the rules of the one user that hold here, without that about its password. Redis:
// acl.c, ACLSetUser.
var Held = []string{"on", "allkeys", "~*", "allchannels", "&*", "allcommands", "+@all", "sanitize-payload"}

// PasswordRule is the one user's rule about its password: nopass, or # and the SHA-256 of that
// in hexadecimal digits.
func (c *Config) PasswordRule() string {
	if c.RequirePass == "" {
		return "nopass"
	}
	sum := sha256.Sum256([]byte(c.RequirePass))
	return "#" + hex.EncodeToString(sum[:])
}

// isTheUser reports whether a line of a user, without its first word, is the one user's as it
// is: on, with its password, and with all rights.
func (c *Config) isTheUser(words []string) bool {
	if len(words) == 0 || words[0] != "default" {
		return false
	}
	rules := words[1:]
	for _, rule := range rules {
		if rule != c.PasswordRule() && !slices.Contains(Held, rule) {
			return false
		}
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(rules, func(rule string) bool { return slices.Contains(names, rule) })
	}
	return has("on") && has(c.PasswordRule()) && has("~*", "allkeys") && has("&*", "allchannels") && has("+@all", "allcommands")
}
