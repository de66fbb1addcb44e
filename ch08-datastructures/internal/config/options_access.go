// options_access.go: rows of the table of settings: who is let in, and who may do what.

package config

import (
	"math"
	"slices"
	"strings"
)

// secrets are settings whose values are shown to nobody who looks at requests. Redis: config.c,
// SENSITIVE_CONFIG.
var secrets = []string{"requirepass", "masterauth", "masteruser", "tls-client-key-file-pass", "tls-key-file-pass"}

// IsSecret reports whether a setting's value is a secret.
func IsSecret(name string) bool { return slices.Contains(secrets, strings.ToLower(name)) }

// permissions are the values of what can be allowed.
var permissions = []named[Allowed]{{"no", Nobody}, {"yes", Everybody}, {"local", LocalClients}}

var accessOptions = []option{
	{
		"requirepass", atRuntime, text(func(c *Config) *string { return &c.RequirePass }), "",
		"the password that clients must say with AUTH before anything else; none if empty",
	},
	{
		"acllog-max-len", atRuntime, number(func(c *Config) *int { return &c.ACLLogMaxLen }, 0, math.MaxInt64), "128",
		"wrong passwords that ACL LOG remembers",
	},
	{
		"acl-pubsub-default", atRuntime, word(func(c *Config) *string { return &c.ACLPubSubDefault }, "allchannels", "resetchannels"), "resetchannels",
		"taken so that Redis' setting is: it holds for new users, and there is one user only",
	},
	{
		"enable-debug-command", fixed, choice(func(c *Config) *Allowed { return &c.EnableDebugCommand }, permissions), "no",
		"who may crash the server with DEBUG; local is who connects from this machine",
	},
	{
		"enable-module-command", fixed, choice(func(c *Config) *Allowed { return &c.EnableModuleCommand }, permissions), "no",
		"who may ask for modules with MODULE LOAD, which finds none",
	},
	{
		"enable-protected-configs", fixed, choice(func(c *Config) *Allowed { return &c.EnableProtectedConfigs }, permissions), "no",
		"who may change with CONFIG SET what would let a client write anywhere, such as dir",
	},
}
