// kinds.go: what values settings have. Redis: config.c, createBoolConfig and its
// neighbours; util.c, memtoull.

package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
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
	only      bool   // there is one value, and whoever asks for another is told why
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

// clamped is a number that becomes the nearest one that is sensible.
func clamped(field func(*Config) *int, low, high int) kind {
	k := number(field, 0, math.MaxInt32)
	return kind{form: k.form, get: k.get, set: func(c *Config, words []string) error {
		if err := k.set(c, words); err != nil {
			return err
		}
		*field(c) = min(max(*field(c), low), high)
		return nil
	}}
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
		n, ok := ParseMemory(word)
		if !ok {
			return errors.New("argument must be a memory value")
		}
		return setInRange(field(c), n, low, math.MaxInt)
	}, func(c *Config) string { return strconv.Itoa(*field(c)) })
}

var units = map[string]int{
	"": 1, "b": 1, "k": 1000, "kb": 1 << 10, "m": 1000_000, "mb": 1 << 20, "g": 1000_000_000, "gb": 1 << 30,
}

// ParseMemory reads a number of bytes. No digits are 0, as for Redis; -1 stands for
// more than an int holds.
func ParseMemory(s string) (bytes int, ok bool) {
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

// memoryOrPercent is memory, or percent of another memory, which are kept as a negative number.
// Redis: config.c, numericParseString.
func memoryOrPercent(field func(*Config) *int) kind {
	return one("SIZE|PERCENT%", func(c *Config, word string) error {
		if digits, ok := strings.CutSuffix(word, "%"); ok {
			n, err := strconv.Atoi(digits)
			switch {
			case err != nil || n < 0 || strconv.Itoa(n) != digits:
				return errMemoryOrPercent
			case n > 100:
				return errPercent
			}
			*field(c) = -n
			return nil
		}
		n, ok := ParseMemory(word)
		if !ok {
			return errMemoryOrPercent
		}
		if n < 0 {
			n = math.MaxInt
		}
		*field(c) = n
		return nil
	}, func(c *Config) string {
		if n := *field(c); n < 0 {
			return strconv.Itoa(-n) + "%"
		}
		return strconv.Itoa(*field(c))
	})
}

const (
	errMemoryOrPercent = RedisError("argument must be a memory or percent value")
	errPercent         = RedisError("percentage argument must be less or equal to 100")
)

func text(field func(*Config) *string) kind {
	return one("TEXT", func(c *Config, word string) error {
		*field(c) = word
		return nil
	}, func(c *Config) string { return *field(c) })
}

// directory is a path, told as where it is. A relative one begins in the directory that there
// is: Redis is in it.
func directory(field func(*Config) *string) kind {
	return kind{form: "PATH", set: func(c *Config, words []string) error {
		if len(words) != 1 {
			return errCount
		}
		if filepath.IsAbs(words[0]) {
			*field(c) = words[0]
		} else {
			*field(c) = filepath.Join(*field(c), words[0])
		}
		return nil
	}, get: func(c *Config) string {
		if absolute, err := filepath.Abs(*field(c)); err == nil {
			return absolute
		}
		return *field(c)
	}}
}

// fileName is the name of a file or directory that stands in another one. Redis has
// the backslash for a path, too.
func fileName(field func(*Config) *string, option, what string) kind {
	return one("NAME", func(c *Config, word string) error {
		switch {
		case word == "":
			return errors.New(option + " can't be empty")
		case word == "." || word == ".." || strings.ContainsAny(word, "/\\\x00"):
			return errors.New(option + " can't be a path, just a " + what)
		}
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

const errNoRDB = RedisError("argument must be 'no': this server writes commands, never RDB")

// onlyNo is for what Redis can switch on, and this server does not have.
func onlyNo(field func(*Config) *bool) kind {
	k := yesNo(field)
	return kind{form: "no", get: k.get, set: func(c *Config, words []string) error {
		if err := k.set(c, words); err != nil || !*field(c) {
			return err
		}
		*field(c) = false
		return errNoRDB
	}}
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

// word is one of some words.
func word(field func(*Config) *string, words ...string) kind {
	var values []named[string]
	for _, w := range words {
		values = append(values, named[string]{w, w})
	}
	k := choice(field, values)
	k.form = "NAME"
	return k
}

const maxAddresses = 16 // Redis: server.h, CONFIG_BINDADDR_MAX

// list is up to 16 words, in one argument or several; "" is none.
func list(field func(*Config) *[]string) kind {
	return kind{form: "ADDRESS ...", manyWords: true, get: func(c *Config) string { return strings.Join(*field(c), " ") }, set: func(c *Config, words []string) error {
		if len(words) == 0 {
			return errCount
		}
		words = strings.Fields(strings.Join(words, " "))
		if len(words) > maxAddresses {
			return RedisError("Too many bind addresses specified.")
		}
		*field(c) = words
		return nil
	}}
}

// shutdownWords are the options of a shutdown, in the order of their bits.
var shutdownWords = []string{"save", "nosave", "now", "force"}

// shutdown is a set of options, or default. Redis: config.c, isValidShutdownOnSigFlags.
func shutdown(field func(*Config) *Shutdown) kind {
	return kind{form: "default|save|nosave|now|force ...", manyWords: true, get: func(c *Config) string {
		var words []string
		for i, word := range shutdownWords {
			if *field(c)&(1<<i) != 0 {
				words = append(words, word)
			}
		}
		return cmp.Or(strings.Join(words, " "), "default")
	}, set: func(c *Config, words []string) error {
		var how Shutdown
		for word := range strings.SplitSeq(strings.ToLower(strings.Join(words, " ")), " ") {
			i := slices.Index(shutdownWords, word)
			switch {
			case i >= 0:
				how |= 1 << i
			case word != "default":
				return errors.New("argument(s) must be one of the following: default, " + strings.Join(shutdownWords, ", "))
			}
		}
		if how&Save != 0 && how&NoSave != 0 {
			return RedisError("shutdown options SAVE and NOSAVE can't be used simultaneously")
		}
		*field(c) = how
		return nil
	}}
}

// outputLimits is four words, or a multiple: a class of clients, the hard and the
// soft limit, and the soft one's seconds.
func outputLimits(field func(*Config) *[3]OutputLimit) kind {
	return kind{form: "CLASS HARD SOFT SECONDS ...", manyWords: true, get: func(c *Config) string {
		var parts []string
		for class, l := range field(c) {
			parts = append(parts, fmt.Sprintf("%s %d %d %d", classNames[class], l.Hard, l.Soft, int(l.SoftFor.Seconds())))
		}
		return strings.Join(parts, " ")
	}, set: func(c *Config, words []string) error {
		words = strings.Fields(strings.Join(words, " "))
		if len(words)%4 != 0 {
			return RedisError("Wrong number of arguments in buffer limit configuration.")
		}
		limits := *field(c)
		for ; len(words) > 0; words = words[4:] {
			class := classNamed(words[0])
			if class < 0 {
				return RedisError("Invalid client class specified in buffer limit configuration.")
			}
			hard, ok1 := ParseMemory(words[1])
			soft, ok2 := ParseMemory(words[2])
			seconds, err := strconv.Atoi(words[3])
			if !ok1 || !ok2 || hard < 0 || soft < 0 || err != nil || seconds < 0 || seconds > math.MaxInt32 {
				return RedisError("Error in hard, soft or soft_seconds setting in buffer limit configuration.")
			}
			limits[class] = OutputLimit{hard, soft, time.Duration(seconds) * time.Second}
		}
		*field(c) = limits
		return nil
	}}
}

// classNamed is the class of that name, or -1.
func classNamed(name string) Class {
	name = strings.ToLower(name)
	if name == "replica" {
		return Replica
	}
	return Class(slices.Index(classNames[:], name))
}
