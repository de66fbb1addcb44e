package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// parse.go: settings from the command line and from a file.
//
//	server [FILE] [--NAME VALUE ...] ...
//
//	# a comment                 one setting a line; the later one counts
//	port 7000
//	bind "127.0.0.1 -::1"       quotes as in an inline request
//	include other.conf
//
// Redis: config.c, loadServerConfig.

// maxIncludes bounds how deep files may include each other.
const maxIncludes = 16

// A SplitFunc splits a line into words, with quotes resolved; ok is false if they
// are not balanced.
type SplitFunc func(line string) (words []string, ok bool)

// ErrHelp and ErrVersion say that the command line asks for no server.
var (
	ErrHelp    = errors.New("help requested")
	ErrVersion = errors.New("version requested")
)

// Parse reads a command line, and the file that it names. Its error is what to
// tell the user: what is wrong, where, and what would be right.
func (c *Config) Parse(args []string, split SplitFunc) error {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if err := c.readMain(args[0], split); err != nil {
			return err
		}
		args = args[1:]
	}
	for len(args) > 0 {
		name, isOption := strings.CutPrefix(args[0], "-")
		if !isOption {
			return fmt.Errorf("unexpected argument %q: values follow their option, as in --port 7000", args[0])
		}
		name = strings.ToLower(strings.TrimPrefix(name, "-"))
		switch name {
		case "help", "h":
			return ErrHelp
		case "version", "v":
			return ErrVersion
		}
		n := 1
		for n < len(args) && !isOptionName(args[n]) {
			n++
		}
		words := args[1:n]
		if i := strings.IndexByte(args[0], '='); i >= 0 {
			name, _, _ = strings.Cut(name, "=")
			words = append([]string{args[0][i+1:]}, words...)
		}
		if err := c.setOne(name, words, "the command line"); err != nil {
			return fmt.Errorf("%s: %w (--help lists the options)", strings.Join(args[:n], " "), err)
		}
		args = args[n:]
	}
	return nil
}

// isOptionName reports whether an argument begins another option. Addresses that
// may be missing, and negative numbers, begin with one hyphen: they are values.
func isOptionName(arg string) bool { return strings.HasPrefix(arg, "--") }

func (c *Config) readMain(name string, split SplitFunc) error {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	c.File = absolute
	return c.readFile(name, split, maxIncludes)
}

func (c *Config) readFile(name string, split SplitFunc, depth int) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("can't open config file '%s': %w", name, errors.Unwrap(err))
	}
	for i, line := range strings.Split(string(data), "\n") {
		if err := c.readLine(line, fmt.Sprintf("%s:%d", name, i+1), split, depth); err != nil {
			var inner *lineError
			if errors.As(err, &inner) {
				return err // in a file that this one includes
			}
			return &lineError{name, i + 1, strings.TrimSpace(line), err}
		}
	}
	return nil
}

// lineError is what is wrong with a line of a file, told as Redis does.
type lineError struct {
	file   string
	number int
	line   string
	reason error
}

func (e *lineError) Error() string {
	return fmt.Sprintf("FATAL CONFIG FILE ERROR: %s, at line %d\n>>> '%s'\n%v", e.file, e.number, e.line, e.reason)
}

func (c *Config) readLine(line, place string, split SplitFunc, depth int) error {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return nil
	}
	words, ok := split(line)
	if !ok {
		return RedisError("Unbalanced quotes in configuration line")
	}
	if len(words) == 0 {
		return nil
	}
	name := strings.ToLower(words[0])
	if name == "include" && len(words) == 2 {
		return c.include(words[1], split, depth)
	}
	err := c.setOne(name, words[1:], place)
	if errors.Is(err, errNoRDB) { // every redis.conf has it
		c.Ignored = append(c.Ignored, fmt.Sprintf("%s yes (%s)", name, place))
		err = nil
	}
	return err
}

func (c *Config) include(pattern string, split SplitFunc, depth int) error {
	if depth == 0 {
		return errors.New("files include each other too deeply")
	}
	names := []string{pattern}
	if strings.ContainsAny(pattern, "*?[") {
		names, _ = filepath.Glob(pattern) // a pattern that matches nothing is no error
	}
	for _, name := range names {
		if err := c.readFile(name, split, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// setOne sets one option, at the start.
func (c *Config) setOne(name string, words []string, place string) error {
	if o := find(name); o != nil {
		return o.set(c, words)
	}
	if !isIgnored(name) {
		return RedisError("Bad directive or wrong number of arguments")
	}
	if strings.Join(words, "") != "" { // as in save "", which switches something off
		c.Ignored = append(c.Ignored, fmt.Sprintf("%s (%s)", name, place))
	}
	return nil
}
