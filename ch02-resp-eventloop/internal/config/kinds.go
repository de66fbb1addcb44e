// kinds.go: what values settings have. Redis: config.c, createBoolConfig and its
// neighbours; util.c, memtoull.

package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// RedisError is an error in Redis' words, for clients and for people.
type RedisError string

func (e RedisError) Error() string { return string(e) }

const errCount = RedisError("wrong number of arguments")

// kind says how a setting's value is written. set gets the words behind the name;
// its error is Redis' text. What get returns, set takes as one word.
type kind struct {
	form      string // for --help
	manyWords bool   // where others have one
	set       func(c *Config, words []string) error
	get       func(c *Config) string
}

// one is a kind of exactly one word.
func one(form string, set func(c *Config, word string) error, get func(c *Config) string) kind {
	return kind{form: form, get: get, set: func(c *Config, words []string) error {
		if len(words) != 1 {
			return errCount
		}
		return set(c, words[0])
	}}
}

func number(field func(*Config) *int, low, high int) kind {
	return one("NUMBER", func(c *Config, word string) error {
		n, err := strconv.Atoi(word)
		if err != nil || strconv.Itoa(n) != word { // no plus, no zeros in front
			return errors.New("argument couldn't be parsed into an integer")
		}
		return setInRange(field(c), n, low, high)
	}, func(c *Config) string { return strconv.Itoa(*field(c)) })
}

func setInRange(field *int, n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("argument must be between %d and %d inclusive", low, high)
	}
	*field = n
	return nil
}

// memory is a number of bytes, with or without a unit.
func memory(field func(*Config) *int, low int) kind {
	return one("SIZE", func(c *Config, word string) error {
		n, ok := parseMemory(word)
		if !ok {
			return errors.New("argument must be a memory value")
		}
		return setInRange(field(c), n, low, math.MaxInt)
	}, func(c *Config) string { return strconv.Itoa(*field(c)) })
}

var units = map[string]int{
	"": 1, "b": 1, "k": 1000, "kb": 1 << 10, "m": 1000_000, "mb": 1 << 20, "g": 1000_000_000, "gb": 1 << 30,
}

// parseMemory reads a number of bytes. No digits are 0, as for Redis; -1 stands for
// more than an int holds.
func parseMemory(s string) (bytes int, ok bool) {
	s = strings.ToLower(s)
	unit := strings.TrimLeft(s, "0123456789")
	digits := strings.TrimSuffix(s, unit)
	scale, known := units[unit]
	if !known || digits == "" {
		return 0, known
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > math.MaxInt/scale {
		return -1, true
	}
	return n * scale, true
}

func text(field func(*Config) *string) kind {
	return one("TEXT", func(c *Config, word string) error {
		*field(c) = word
		return nil
	}, func(c *Config) string { return *field(c) })
}

func yesNo(field func(*Config) *bool) kind {
	return one("yes|no", func(c *Config, word string) error {
		switch strings.ToLower(word) {
		case "yes":
			*field(c) = true
		case "no":
			*field(c) = false
		default:
			return errors.New("argument must be 'yes' or 'no'")
		}
		return nil
	}, func(c *Config) string {
		if *field(c) {
			return "yes"
		}
		return "no"
	})
}

// named is a value of an enumeration with its name.
type named[V comparable] struct {
	name  string
	value V
}

func choice[V comparable](field func(*Config) *V, values []named[V]) kind {
	var names []string
	for _, v := range values {
		names = append(names, v.name)
	}
	return one(strings.Join(names, "|"), func(c *Config, word string) error {
		for _, v := range values {
			if strings.EqualFold(v.name, word) {
				*field(c) = v.value
				return nil
			}
		}
		return errors.New("argument(s) must be one of the following: " + strings.Join(names, ", "))
	}, func(c *Config) string {
		for _, v := range values {
			if v.value == *field(c) {
				return v.name
			}
		}
		return ""
	})
}

// list is any number of words, in one argument or several.
func list(field func(*Config) *[]string) kind {
	return kind{form: "ADDRESS ...", manyWords: true, get: func(c *Config) string { return strings.Join(*field(c), " ") }, set: func(c *Config, words []string) error {
		words = strings.Fields(strings.Join(words, " "))
		if len(words) == 0 {
			return errors.New("at least one address is needed, as in 127.0.0.1 -::1")
		}
		*field(c) = words
		return nil
	}}
}
