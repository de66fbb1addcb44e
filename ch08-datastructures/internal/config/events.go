// events.go: which events of keys are published, as a word of letters.
//
//	K  on __keyspace@<db>__:<key>      E  on __keyevent@<db>__:<event>; nothing without either
//	g  of keys, whatever they hold     x  a key has expired
//	$  of strings                      e  a key is evicted
//	l  of lists                        m  a key is read that is not there
//	s  of sets                         n  a key is made
//	h  of hashes                       t  of streams, and
//	z  of sorted sets                  d  of modules: this server has neither
//	A  all of them but m and n
//
// Redis: notify.c, keyspaceEventsStringToFlags.

package config

import "strings"

// Events is a set of classes of events, and where they are published.
type Events uint16

// The classes, in the order in which CONFIG GET answers their letters; NotifyKeyspace and
// NotifyKeyevent say where.
const (
	NotifyGeneric Events = 1 << iota
	NotifyString
	NotifyList
	NotifySet
	NotifyHash
	NotifySortedSet
	NotifyExpired
	NotifyEvicted
	NotifyStream
	NotifyModule
	NotifyNew
	NotifyKeyspace
	NotifyKeyevent
	NotifyMiss

	notifyAll = NotifyNew - 1
)

const eventLetters = "g$lshzxetdnKEm"

// events is a set of classes.
func events(field func(*Config) *Events) kind {
	return one("LETTERS", func(c *Config, word string) error {
		var set Events
		for _, letter := range []byte(word) {
			i := strings.IndexByte(eventLetters, letter)
			switch {
			case i >= 0:
				set |= 1 << i
			case letter == 'A':
				set |= notifyAll
			default:
				return RedisError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
			}
		}
		*field(c) = set
		return nil
	}, func(c *Config) string { return field(c).String() })
}

// String is the set as a word. As in Redis, A takes the place of n, too.
func (set Events) String() string {
	word, letters := "", eventLetters
	if set&notifyAll == notifyAll {
		word, letters = "A", eventLetters[strings.IndexByte(eventLetters, 'K'):]
	}
	for _, letter := range letters {
		if set&(1<<strings.IndexRune(eventLetters, letter)) != 0 {
			word += string(letter)
		}
	}
	return word
}
