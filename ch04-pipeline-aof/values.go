package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"redis-internals/ch04/internal/aof"
	"redis-internals/ch04/internal/server"
)

// values.go: what flags may be given. Redis: config.c; util.c, memtoull.

// yesNo returns a flag's function that accepts yes and no.
func yesNo(value *bool) func(string) error {
	return func(s string) error {
		switch strings.ToLower(s) {
		case "yes":
			*value = true
		case "no":
			*value = false
		default:
			return errors.New("yes or no is needed")
		}
		return nil
	}
}

// onlyNo is for what Redis can switch on, and this server does not have.
func onlyNo(s string) error {
	if !strings.EqualFold(s, "no") {
		return errors.New("only no: this server writes commands, never RDB")
	}
	return nil
}

// name returns a flag's function that accepts the name of a file or folder.
func name(value *string) func(string) error {
	return func(s string) error {
		if s == "" || s == "." || s == ".." || strings.ContainsAny(s, "/\x00") {
			return errors.New("a name is needed, not a path")
		}
		*value = s
		return nil
	}
}

func setPolicy(value *aof.Policy, s string) error {
	switch strings.ToLower(s) {
	case "always":
		*value = aof.Always
	case "everysec":
		*value = aof.EverySecond
	case "no":
		*value = aof.Never
	default:
		return errors.New("always, everysec or no is needed")
	}
	return nil
}

// units of memory, as redis.conf has them.
var units = map[string]int{
	"": 1, "b": 1, "k": 1000, "kb": 1 << 10, "m": 1000_000, "mb": 1 << 20, "g": 1000_000_000, "gb": 1 << 30,
}

// parseMemory reads a number of bytes, with or without a unit.
func parseMemory(s string) (bytes int, err error) {
	digits := strings.TrimRight(strings.ToLower(s), "bkmg")
	unit, known := units[strings.ToLower(s[len(digits):])]
	n, err := strconv.Atoi(digits)
	if err != nil || !known || n < 0 || n > math.MaxInt/unit {
		return 0, errors.New("a size is needed, as in 1024, 64kb, 10mb or 1gb")
	}
	return n * unit, nil
}

func setMemory(value *int, s string, least int) error {
	n, err := parseMemory(s)
	if err != nil {
		return err
	}
	if n < least {
		return fmt.Errorf("at least %d bytes are needed", least)
	}
	*value = n
	return nil
}

// setOutputLimit reads a class of clients, the hard and the soft limit and the
// soft one's seconds. There is one class in this chapter.
func setOutputLimit(value *server.OutputLimit, s string) error {
	words := strings.Fields(s)
	if len(words) != 4 || !strings.EqualFold(words[0], "normal") {
		return errors.New(`it should read "normal HARD SOFT SECONDS", as in "normal 10mb 1mb 60"`)
	}
	var l server.OutputLimit
	if err := setMemory(&l.Hard, words[1], 0); err != nil {
		return err
	}
	if err := setMemory(&l.Soft, words[2], 0); err != nil {
		return err
	}
	n, err := strconv.Atoi(words[3])
	if err != nil || n < 0 || n > math.MaxInt32 {
		return errors.New("the soft limit's seconds are a whole number")
	}
	l.SoftFor = time.Duration(n) * time.Second
	*value = l
	return nil
}
