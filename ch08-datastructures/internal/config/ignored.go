// ignored.go: settings of Redis 7.0 that have no meaning for this server and that
// nobody relies on. They are accepted, so that a redis.conf that works with Redis
// works here, and told of at the start.

package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"redis-internals/ch08/internal/logging"
)

var ignoredNames = strings.Fields(`
	list-max-ziplist-entries list-max-ziplist-value lua-replicate-commands
`)

// savePoints is when Redis writes RDB. Points are taken where every write is logged, which is
// more than they ask for, and hold as long as that; without a log somebody would be deceived.
// In a file others are ignored, since every Redis writes them.
var savePoints = option{name: "save", initial: "", kind: kind{
	get: func(c *Config) string {
		if !c.AppendOnly {
			return ""
		}
		return c.Save
	},
	set: func(c *Config, words []string) error {
		points, err := parseSavePoints(words)
		if err == nil && points != "" && !c.AppendOnly {
			err = RedisError("this server writes no RDB: switch appendonly on, which keeps every write")
		}
		if err == nil {
			c.Save = points
		}
		return err
	},
}}

// parseSavePoints reads pairs of seconds and changes, in one word or several. Redis:
// config.c, setConfigSaveOption.
func parseSavePoints(words []string) (points string, err error) {
	points = strings.Join(words, " ")
	if points == "" {
		return "", nil
	}
	numbers := strings.Split(points, " ")
	for i, number := range numbers {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1-i%2 || len(numbers)%2 != 0 {
			return "", RedisError("Invalid save parameters")
		}
		numbers[i] = strconv.Itoa(n)
	}
	return strings.Join(numbers, " "), nil
}

// setForeign is for a setting that is none of the table's.
func (c *Config) setForeign(s setting, place string) error {
	isSave, foreign := s.name() == "save", findForeign(s.name())
	switch {
	case foreign != nil:
		if err := foreign.set(c, s[1:]); err != nil || foreign.only {
			return err
		}
	case !isSave && !slices.Contains(ignoredNames, s.name()):
		return refuseAbsent(s)
	case len(s) == 1 && !isSave:
		return errCount
	}
	if strings.Join(s[1:], "") != "" { // as in save "", which switches something off
		c.Ignored = append(c.Ignored, fmt.Sprintf("%s (%s)", s.name(), place))
	}
	return nil
}

// ReportIgnored tells in one line how many settings have no meaning here. At the
// level verbose there is one for each, too.
func (c *Config) ReportIgnored(log *logging.Logger) {
	for _, name := range c.Ignored {
		log.Verbose("Ignored: %s", name)
	}
	if n := len(c.Ignored); n > 0 {
		log.Notice("Ignored settings: %d (--loglevel verbose)", n)
	}
}
