// appendonly.go: the flags of the append-only file, which begins with chapter 4.
//
//	-appendfsync X    the usual rows, on servers that write their commands down
//	-loading N        how long a server takes to load N commands at its start
//	-rewriting N      what clients feel of a rewrite, with N keys
//
// -dir says for all three where the files are.

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// appendOnlyFrom is the first chapter with an append-only file.
const appendOnlyFrom = 4

func (o *options) appendOnlyFlags(fs *flag.FlagSet) {
	c := &o.config
	fs.StringVar(&c.Fsync, "appendfsync", "", "start both servers with an append-only file and this `policy`: always, everysec or no\n(from chapter 4; default: no such file, with -rewriting everysec)")
	fs.IntVar(&c.Loading, "loading", 0, "measure instead how long the servers take to start with an append-only file\nof so many `commands`: 80 % SET of new keys, 10 % SET of new keys with PXAT, 10 % overwrites")
	fs.IntVar(&o.rewriting, "rewriting", 0, "measure instead SET and GET, half and half, without and during BGREWRITEAOF,\nwith so many `keys`")
	fs.StringVar(&c.Dir, "dir", "", "the `directory` to make the servers' folders in; one on a real disk is best\n(default: the system's for temporary files)")
}

// resolveAppendOnly checks the values, and that the flags given go together.
func (o *options) resolveAppendOnly(f *flags) error {
	c := &o.config
	policies := []string{"always", "everysec", "no"}
	if f.set["appendfsync"] && !slices.Contains(policies, c.Fsync) {
		return fmt.Errorf("-appendfsync %q: give one of %s", c.Fsync, strings.Join(policies, ", "))
	}
	for name, n := range map[string]int{"loading": c.Loading, "rewriting": o.rewriting} {
		if f.set[name] && (n < 1 || n > most) {
			return fmt.Errorf("-%s %d: give a number from 1 to %d", name, n, most)
		}
	}
	var err error
	switch {
	case f.set["loading"]:
		err = f.onlyWith("loading", "ch", "rounds", "size", "dir", "json", "peer", "no-redis")
		c.Keys, c.Clients, c.Pipeline = c.Loading, 1, []int{1}
	case f.set["rewriting"]:
		err = f.onlyWith("rewriting", "ch", "rounds", "clients", "pipeline", "seconds", "size", "appendfsync", "dir", "json", "peer", "no-redis")
		c.Keys = o.rewriting
	case f.set["dir"] && !f.set["appendfsync"]:
		err = errors.New("-dir goes with -appendfsync, -loading or -rewriting: without these the servers keep no files")
	case f.set["appendfsync"] && f.set["addr"]:
		err = errors.New("-appendfsync needs servers that bench starts, not -addr")
	}
	if err != nil || !f.set["dir"] {
		return err
	}
	return folderIn(c.Dir)
}

// hasAppendOnly checks that the chapter has what the flags are about.
func (o *options) hasAppendOnly(f *flags) error {
	for _, name := range []string{"appendfsync", "loading", "rewriting"} {
		if f.set[name] && o.config.Upto < appendOnlyFrom {
			return fmt.Errorf("-%s: chapter %d has no append-only file; chapter %d is the first", name, o.config.Upto, appendOnlyFrom)
		}
	}
	return nil
}

// onlyWith says which flag that was given does not go with this one.
func (f *flags) onlyWith(name string, others ...string) error {
	var given []string
	for other := range f.set {
		if other != name && !slices.Contains(others, other) {
			given = append(given, other)
		}
	}
	if len(given) == 0 {
		return nil
	}
	last := len(others) - 1
	return fmt.Errorf("-%s goes with -%s and -%s, not with -%s",
		name, strings.Join(others[:last], ", -"), others[last], slices.Min(given))
}

// folderIn says before the run whether a folder can be made in dir.
func folderIn(dir string) error {
	if dir == "" {
		return errors.New(`-dir "": give a directory`)
	}
	made, err := os.MkdirTemp(dir, "redis-internals-bench-")
	if err != nil {
		return fmt.Errorf("-dir %q: %w", dir, errors.Unwrap(err))
	}
	return os.Remove(made)
}
