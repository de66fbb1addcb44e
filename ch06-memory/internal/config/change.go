package config

import (
	"slices"
	"strings"
)

// change.go: reading and changing settings while the server runs. Redis: config.c,
// configGetCommand and configSetCommand.

// redisError is an error in Redis' words, for clients and for people.
type redisError string

func (e redisError) Error() string { return string(e) }

// Setting is an option with its value, as CONFIG GET answers it.
type Setting struct{ Name, Value string }

// Get returns the settings whose names match one of the patterns, in the table's
// order.
func (c *Config) Get(patterns []string, match func(pattern, name string) bool) (found []Setting) {
	for _, o := range options {
		if slices.ContainsFunc(patterns, func(p string) bool { return match(p, o.name) }) {
			found = append(found, Setting{o.name, o.get(c)})
		}
	}
	return found
}

// Set changes settings, given as name, value, name, value. All of them or, if one
// is wrong or changed refuses, none. changed is called with the names when the new
// values are there. The error is Redis' text.
func (c *Config) Set(pairs []string, changed func(names []string) error) error {
	next := *c
	var names []string
	for i := 0; i+1 < len(pairs); i += 2 {
		name := strings.ToLower(pairs[i])
		o := find(name)
		if o == nil {
			return redisError("Unknown option or number of arguments for CONFIG SET - '" + pairs[i] + "'")
		}
		err := error(nil)
		switch {
		case o.fixed:
			err = redisError("can't set immutable config")
		case slices.Contains(names, name):
			err = redisError("duplicate parameter")
		default:
			err = o.set(&next, []string{pairs[i+1]})
		}
		if err != nil {
			return setFailed(name, err)
		}
		names = append(names, name)
	}
	old := *c
	*c = next
	if err := changed(names); err != nil {
		*c = old
		_ = changed(names) // these values have held before
		return setFailed(names[0], err)
	}
	return nil
}

func setFailed(name string, reason error) error {
	return redisError("CONFIG SET failed (possibly related to argument '" + name + "') - " + reason.Error())
}
