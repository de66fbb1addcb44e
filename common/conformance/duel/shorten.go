// shorten.go: from a session after which two servers differ to the shortest one.

package duel

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/conformance/differential"
)

// shorten takes lines and words from the best finding for as long as the servers still differ,
// and plays what is left on a server that has just been started.
func (d *Duel) shorten(ownNames bool) {
	until := time.Now().Add(d.Shorten)
	better := func(s Session) bool {
		return time.Now().Before(until) && d.failure == nil && s.shorter(d.best.Session) && d.tryShorter(s, ownNames)
	}
	for shorter := true; shorter; {
		shorter = false
		if s := d.best.Session; s.Burst > 1 { // a request at a time reads better
			s.Burst = 1
			shorter = d.tryShorter(s, ownNames)
		}
		for n := len(d.best.Session.Lines) / 2; n > 0; n /= 2 {
			for at := 0; at+n < len(d.best.Session.Lines); {
				if s := d.best.Session; s.fair(at, at+n) && better(s.without(at, at+n)) {
					shorter = true
				} else {
					at++
				}
			}
		}
		shorter = d.plainWords(better) || shorter
	}
	d.again(ownNames)
}

// fair reports whether a session still has one right outcome without lines from to to: RANDOMKEY
// is asked where there is one key, and DBSIZE where each key was asked for.
func (s Session) fair(from, to int) bool {
	is := func(i int, name string) bool { return i >= 0 && strings.EqualFold(s.Lines[i].Request[0], name) }
	if is(to, "DBSIZE") && is(to-1, "EXISTS") {
		return false
	}
	left := s.without(from, to)
	for i, l := range left.Lines {
		flushed := func(i int) bool { return i >= 0 && strings.EqualFold(left.Lines[i].Request[0], "FLUSHDB") }
		if strings.EqualFold(l.Request[0], "RANDOMKEY") && !flushed(i-1) && !flushed(i-2) && len(l.Request) == 1 {
			return false
		}
	}
	return true
}

// plainWords writes names in capitals, leaves out words at the end, and puts short words in the place of long and odd ones,
// keys in that of keys.
func (d *Duel) plainWords(better func(Session) bool) (done bool) {
	for i := range d.best.Session.Lines {
		if i >= len(d.best.Session.Lines) {
			break // it has become shorter
		}
		request := slices.Clone(d.best.Session.Lines[i].Request)
		if s := d.best.Session; better(s.named(i, strings.ToUpper(request[0]))) {
			done = true
		}
		for n := 2; n > 0; n-- { // an option, and its value
			if s := d.best.Session; i < len(s.Lines) && len(s.Lines[i].Request) > n && better(s.cut(i, n)) {
				done = true
			}
		}
		for _, word := range request[1:] {
			for _, by := range plainer(word) {
				if s := d.best.Session; !s.has(by) && better(s.replacing(word, by)) {
					done = true
					break
				}
			}
		}
	}
	return done
}

// plainer are words that may do in the place of one: others, and parts of it.
func plainer(word string) (words []string) {
	if slices.Contains(differential.CoreKeys, word) {
		return []string{"k", "l"}
	}
	if _, err := strconv.Atoi(word); err == nil { // perhaps a time: not so short that it is over soon
		if len(word) >= len("100000") {
			return []string{"a", "b", "100000"}
		}
		return []string{"a", "b", "100"}
	}
	words = []string{"a", "b"}
	for n := len(word) / 2; n > 0; n /= 2 {
		words = append(words, word[:len(word)-n], word[n:])
	}
	return words
}

func (s Session) has(word string) bool {
	for _, l := range s.Lines {
		for _, w := range l.Request[1:] {
			if w == word {
				return true
			}
		}
	}
	return false
}

// tryShorter plays a session, and reports whether it has become the best.
func (d *Duel) tryShorter(s Session, ownNames bool) bool {
	before := d.best
	if s.Burst < before.Session.Burst {
		d.best = nil // nothing is shorter, but this is better
		if !d.try(s, ownNames) || !d.best.Diff.like(before.Diff) {
			d.best = before
		}
		return d.best != before
	}
	return d.try(s, ownNames) && d.best != before
}

// again plays the best finding once more, with its keys' own names, on a server that was
// started afresh where one can be.
func (d *Duel) again(ownNames bool) {
	found := d.best
	if d.failure != nil {
		return
	}
	if d.Judged.Launch != nil {
		if d.failure = d.Judged.Restart(); d.failure != nil {
			return
		}
	} else if ownNames {
		return // the keys may be somebody's
	}
	if _, d.failure = d.ask(d.clients[0].Oracle, "FLUSHALL"); d.failure != nil {
		return
	}
	for _, c := range d.clients {
		c.Stage.Wait = patience
	}
	heard, diff, err := play(found.Session, d.clients)
	if err == nil && diff != nil && len(heard) == len(found.Session.Lines) {
		found.Again, found.Diff, found.Heard = true, *diff, heard
		if diff.Err != nil {
			found.Death = d.Judged.DeathReport()
		}
	} else if found.Diff.Err != nil && d.Judged.Launch != nil { // what ended it came before
		d.leaving(found)
	}
}
