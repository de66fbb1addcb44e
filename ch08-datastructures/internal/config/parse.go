// parse.go: settings from the command line.
//
//	server --port 7000 --bind 127.0.0.1 ::1     a name, and its values
//	server "--port 7000"                        both in one word
//
// Redis: server.c, main.

package config

import (
	"errors"
	"fmt"
	"strings"

	"redis-internals/ch08/internal/resp"
)

// These errors say that the command line asks for no server.
var (
	ErrHelp        = errors.New("help requested")
	ErrVersion     = errors.New("version requested")
	ErrCheckSystem = errors.New("a check of the system requested")
)

var errTestMemory = errors.New("this server does not test memory: programs such as memtester do, and a machine's own at its start")

// errUnknown is that there is no such option. Redis has the same words for a file.
const errUnknown = RedisError("Bad directive or wrong number of arguments")

// Parse reads a command line. Its error is what to tell the user, in one line: what
// is wrong, and what would be right.
func (c *Config) Parse(args []string) error {
	file, fromStdin, args := takeSources(args)
	given, err := splitCommandLine(args)
	if err != nil {
		return err
	}
	if err := c.readSources(file, fromStdin); err != nil {
		return err
	}
	return c.setGiven(given)
}

// setting is a setting's name and its values, as somebody wrote them.
type setting []string

func (s setting) name() string { return strings.ToLower(s[0]) }

// splitCommandLine gathers the values behind each option. The first word after an
// option is its value whatever it looks like. Redis takes --save without one, too.
func splitCommandLine(args []string) (given []setting, err error) {
	for i, arg := range args {
		last := len(given) - 1
		name, isOption := strings.CutPrefix(arg, "--")
		switch {
		case arg == "--help", arg == "-h" && i == 0:
			return nil, ErrHelp
		case arg == "--version", arg == "-v" && i == 0:
			return nil, ErrVersion
		case arg == "--check-system" && i == 0:
			return nil, ErrCheckSystem
		case arg == "--test-memory" && i == 0:
			return nil, errTestMemory
		case isOption && (last < 0 || len(given[last]) > 1 || given[last].name() == "save"):
			words, ok := resp.SplitWords([]byte(name), nil)
			if !ok || len(words) == 0 {
				return nil, fmt.Errorf("%q is no option (--help lists them)", arg)
			}
			given = append(given, nil)
			for _, w := range words {
				given[last+1] = append(given[last+1], string(w))
			}
		case last >= 0:
			given[last] = append(given[last], arg)
		case strings.HasPrefix(arg, "-"):
			return nil, noOption(arg)
		default:
			return nil, fmt.Errorf("unexpected argument %q: values follow their option, as in --port 7000", arg)
		}
	}
	return given, nil
}

// setGiven sets what the command line says.
func (c *Config) setGiven(given []setting) error {
	for _, s := range given {
		err := c.setOrInclude(s, "the command line", maxIncludes)
		switch {
		case err == nil:
		case s.name() == "include":
			return err
		case errors.Is(err, errUnknown):
			return noOption("--" + s[0])
		default:
			return fmt.Errorf("--%s: %w (--help lists the options)", strings.Join(s, " "), err)
		}
	}
	return nil
}

// setOne sets one option, at the start.
func (c *Config) setOne(s setting, place string) error {
	o := find(s.name())
	if o == nil {
		return c.setForeign(s, place)
	}
	return o.set(c, s[1:])
}
