// file.go: settings from a file, or from standard input.
//
//	server FILE [--NAME VALUE ...] ...
//	server - [--NAME VALUE ...] ...
//
//	# a comment                 one setting a line; the later one counts
//	port 7000
//	bind "127.0.0.1 -::1"       quotes as in an inline request
//	include other.conf          read here; other*.conf is all of them
//
// The file is read first, then standard input, then the options.
//
// Redis: config.c, loadServerConfig.

package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"redis-internals/ch08/internal/resp"
)

// maxIncludes bounds how deep files may include each other.
const maxIncludes = 16

// stdin is what "-" reads; tests have another.
var stdin io.Reader = os.Stdin

// takeSources takes from a command line what names no option: a file at its
// beginning, and "-" there or at its end.
func takeSources(args []string) (file string, fromStdin bool, options []string) {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		file, args = args[0], args[1:]
	}
	if n := len(args); n > 0 && (args[0] == "-" || args[n-1] == "-") {
		fromStdin = true
		if args[0] == "-" {
			args = args[1:]
		} else {
			args = args[:n-1]
		}
	}
	return file, fromStdin, args
}

// readSources reads the file that a command line names, if any, and standard input
// if it asks for it.
func (c *Config) readSources(file string, fromStdin bool) error {
	if file != "" {
		absolute, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		c.File = absolute
		if err := c.readFile(file, maxIncludes); err != nil {
			return err
		}
	}
	if !fromStdin {
		return nil
	}
	data, err := io.ReadAll(stdin)
	if err != nil {
		return fmt.Errorf("reading the settings from standard input: %w", err)
	}
	c.Stdin = data
	return c.readText("standard input", data, maxIncludes)
}

func (c *Config) readFile(name string, depth int) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("can't open config file '%s': %w", name, cause(err))
	}
	return c.readText(name, data, depth)
}

// cause is what an error says of its own, such as a system call's without the call
// and the path.
func cause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

func (c *Config) readText(name string, data []byte, depth int) error {
	for i, line := range strings.Split(string(data), "\n") {
		if err := c.readLine(line, fmt.Sprintf("%s:%d", name, i+1), depth); err != nil {
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

func (c *Config) readLine(line, place string, depth int) error {
	words, err := splitLine(line)
	if err != nil || len(words) == 0 {
		return err
	}
	err = c.setOrInclude(words, place, depth)
	switch {
	case errors.Is(err, errNoRDB): // every redis.conf has it
		c.Ignored = append(c.Ignored, fmt.Sprintf("%s yes (%s)", words.name(), place))
		return nil
	case errors.Is(err, errUnknown):
		if near := nearest(words.name()); near != "" {
			return fmt.Errorf("%w (did you mean %s?)", err, near)
		}
	}
	return err
}

func (c *Config) setOrInclude(s setting, place string, depth int) error {
	switch {
	case s.name() == "include" && len(s) == 2:
		return c.include(s[1], depth)
	case s.name() == "user" && c.isTheUser(s[1:]):
		return nil
	case s.name() == renameCommand:
		return c.rename(s)
	}
	return c.setOne(s, place)
}

// splitLine returns a line's words, quotes resolved. A comment has none.
func splitLine(line string) (words setting, err error) {
	line = strings.Trim(line, " \t\r\n")
	if line == "" || line[0] == '#' {
		return nil, nil
	}
	split, ok := resp.SplitWords([]byte(line), nil)
	if !ok {
		return nil, RedisError("Unbalanced quotes in configuration line")
	}
	for _, word := range split {
		words = append(words, string(word))
	}
	return words, nil
}

func (c *Config) include(pattern string, depth int) error {
	if depth == 0 {
		return errors.New("files include each other too deeply")
	}
	names := []string{pattern}
	if strings.ContainsAny(pattern, "*?[") {
		names, _ = filepath.Glob(pattern) // a pattern that matches nothing is no error
	}
	for _, name := range names {
		if err := c.readFile(name, depth-1); err != nil {
			return err
		}
	}
	return nil
}
