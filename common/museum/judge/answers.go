// answers.go: the three answers to an exhibit's question, asked for.

package judge

import (
	"errors"
	"fmt"
	"slices"

	"redis-internals/common/harness"
	"redis-internals/common/museum"
)

// tries is how often an answer that is another one than the README's is asked for again: a
// script may sleep where it cannot wait, and a slow machine is not a wrong answer.
const tries = 3

// Said is what the three servers print.
type Said struct {
	Broken, Sound, Third string
	NoRedis              bool // the third is a redis-server, and there is none
}

// Answers puts the exhibit's question to all three.
func Answers(m museum.Museum, x museum.Exhibit) (said Said, err error) {
	for _, one := range []struct {
		start func(museum.Exhibit) (museum.Start, error)
		out   *string
	}{{m.Broken, &said.Broken}, {m.Sound, &said.Sound}, {m.Third, &said.Third}} {
		start, err := one.start(x)
		switch {
		case errors.Is(err, harness.ErrNoRedis):
			said.NoRedis = true
			continue
		case err != nil:
			return said, err
		}
		if *one.out, err = x.Ask(start); err != nil {
			return said, err
		}
	}
	return said, nil
}

// Question asks all three, and says what another answer than the README's was.
func Question(m museum.Museum, x museum.Exhibit) (found []Finding, err error) {
	for try := range tries {
		if try == 0 {
			machine.RLock()
		} else {
			machine.Lock()
		}
		said, err := Answers(m, x)
		if try == 0 {
			machine.RUnlock()
		} else {
			machine.Unlock()
		}
		if err != nil {
			return nil, err
		}
		if found = said.unlike(x); len(found) == 0 {
			return nil, nil
		}
	}
	return found, nil
}

// unlike compares what was said with the README.
func (s Said) unlike(x museum.Exhibit) (found []Finding) {
	differs := func(who, letters, said string) {
		found = append(found, Finding{"Predict", who + " does not print " + letters, said})
	}
	if x.Answers[x.Answer] != s.Broken {
		differs("the broken server", "answer "+x.Answer, s.Broken)
	}
	var left []string // the answers that are not the broken server's
	for _, letter := range museum.Letters {
		if letter != x.Answer {
			left = append(left, letter)
		}
	}
	i := slices.IndexFunc(left, func(letter string) bool { return x.Answers[letter] == s.Sound })
	if i < 0 {
		differs("the sound chapter", fmt.Sprintf("answer %s or %s", left[0], left[1]), s.Sound)
		return found
	}
	if other := left[1-i]; !s.NoRedis && x.Answers[other] != s.Third {
		differs(x.Third, "answer "+other, s.Third)
	}
	return found
}
