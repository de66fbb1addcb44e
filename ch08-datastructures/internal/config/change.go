// change.go: reading and changing settings while the server runs. Redis: config.c,
// configGetCommand and configSetCommand.

package config

import (
	"slices"
	"strings"
)

// Setting is an option with its value, as CONFIG GET answers it.
type Setting struct{ Name, Value string }

// Get returns the settings whose names match one of the patterns, in the table's
// order. Where there is nothing to match in a pattern it is a name, in any case,
// and the setting has that name in the answer.
func (c *Config) Get(patterns []string, match func(pattern, name string) bool) (found []Setting) {
	for o := range settable {
		for _, name := range o.names() {
			for _, p := range patterns {
				asked, matches := name, false
				if strings.ContainsAny(p, "*?[") {
					matches = match(p, name)
				} else if strings.EqualFold(p, name) {
					asked, matches = p, true
				}
				if matches {
					found = append(found, Setting{asked, o.get(c)})
					break
				}
			}
		}
	}
	return found
}

// Set changes settings, given as name, value, name, value. All of them or, if one
// is wrong or changed refuses, none. changed is called with the names when the new
// values are there; it says which of them cannot hold, and why. The error is Redis'
// text.
func (c *Config) Set(pairs []string, changed func(names []string) (refused string, err error)) error {
	return c.change(pairs, false, changed)
}

// SetProtected is Set for who may change protected settings, too.
func (c *Config) SetProtected(pairs []string, changed func(names []string) (refused string, err error)) error {
	return c.change(pairs, true, changed)
}

func (c *Config) change(pairs []string, trusted bool, changed func(names []string) (refused string, err error)) error {
	names, err := mayBeSet(pairs, trusted)
	if err != nil {
		return err
	}
	next := *c
	for _, last := range []bool{false, true} { // save asks whether there is a log: it is set last
		for i, name := range names {
			if (name == savePoints.name) != last {
				continue
			}
			if err := findSettable(name).set(&next, pairs[2*i+1:2*i+2]); err != nil {
				return setFailed(name, err)
			}
		}
	}
	old := *c
	*c = next
	if refused, err := changed(names); err != nil {
		*c = old
		_, _ = changed(names) // these values have held before
		return setFailed(refused, err)
	}
	return nil
}

// mayBeSet returns the names of the settings, if all may be set. That is found out
// before any value is looked at.
func mayBeSet(pairs []string, trusted bool) (names []string, err error) {
	for i := 0; i+1 < len(pairs); i += 2 {
		name := strings.ToLower(pairs[i])
		o := findSettable(name)
		switch {
		case o == nil:
			return nil, RedisError("Unknown option or number of arguments for CONFIG SET - '" + pairs[i] + "'")
		case o.refusal != "" && !(trusted && o.refusal == protected):
			return nil, setFailed(pairs[i], o.refusal)
		case slices.Contains(names, name):
			return nil, setFailed(pairs[i], RedisError("duplicate parameter"))
		}
		names = append(names, name)
	}
	return names, nil
}

// settable yields what CONFIG GET and SET know: the options, and those about what there is
// not.
func settable(yield func(*option) bool) {
	for o := range options {
		if !yield(o) {
			return
		}
	}
	if !yield(&savePoints) {
		return
	}
	for i := range foreignOptions {
		if !yield(&foreignOptions[i]) {
			return
		}
	}
}

// findSettable is find for CONFIG SET.
func findSettable(name string) *option {
	for o := range settable {
		if o.name == today(name) {
			return o
		}
	}
	return nil
}

func setFailed(name string, reason error) error {
	return RedisError("CONFIG SET failed (possibly related to argument '" + name + "') - " + reason.Error())
}
