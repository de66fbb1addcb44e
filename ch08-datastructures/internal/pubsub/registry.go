// Package pubsub knows who listens to what. What a message is, and how it gets to somebody,
// is not its business.
//
//	Registry            topic "news"  ─▶ [ A, B, C ]     for a message: all that listen
//	                    topic "cats"  ─▶ [ A ]
//	Set of A            news, cats                       for a subscriber: all it listens to
//	Set of B            news
//
// A registry holds topics of one kind: names of channels, or patterns of them. To subscribe, to
// end that and to find a topic is O(1). A topic that nobody listens to is not there.
//
// A topic's subscribers are a slice: a message goes to all, and a walk through a slice costs
// least. Who leaves has its place taken by the last one. With few subscribers that place is
// looked for; with more an index has it.
//
// Redis: pubsub.c, server.h (pubsub_channels, pubsub_patterns, pubsubshard_channels).
package pubsub

import "unsafe"

// Registry is topics with their subscribers. The zero value has none.
type Registry[S comparable] struct {
	byName map[string]*Topic[S]
	topics []*Topic[S]
}

// Topic is a channel, or a pattern, that somebody listens to.
type Topic[S comparable] struct {
	Name        string
	Subscribers []S // in no order; they are the registry's
	at          map[S]int
	place       int // in Registry.topics
}

// Set is the topics that one subscriber listens to, in the order in which it began. The zero
// value has none. Those that it does not listen to any more leave holes, which are closed up
// when there are more of them than topics.
type Set[S comparable] struct {
	places map[*Topic[S]]int // in topics
	topics []*Topic[S]       // nil is a hole
	first  int               // of topics: before it there are holes only
}

// indexed is from how many subscribers on a topic has an index of their places.
const indexed = 16

// Find returns the topic of that name; nil if nobody listens to it.
func (r *Registry[S]) Find(name []byte) *Topic[S] { return r.byName[string(name)] }

// Topics are all topics, in no order. They are the registry's: good until it changes.
func (r *Registry[S]) Topics() []*Topic[S] { return r.topics }

// Subscribe makes a subscriber, with its set, listen to a topic. It reports false if it does
// already. Redis: pubsubSubscribeChannel.
func (r *Registry[S]) Subscribe(s S, set *Set[S], name []byte) bool {
	t := r.byName[string(name)]
	if set.has(t) {
		return false
	}
	if t == nil {
		t = &Topic[S]{Name: string(name), place: len(r.topics)}
		if r.byName == nil {
			r.byName = map[string]*Topic[S]{}
		}
		r.byName[t.Name] = t
		r.topics = append(r.topics, t)
	}
	t.add(s)
	set.add(t)
	return true
}

// Unsubscribe ends that. It reports false if the subscriber did not listen to the topic.
// Redis: pubsubUnsubscribeChannel.
func (r *Registry[S]) Unsubscribe(s S, set *Set[S], name []byte) bool {
	t := r.byName[string(name)]
	if !set.has(t) {
		return false
	}
	set.remove(t)
	if t.remove(s); len(t.Subscribers) > 0 {
		return true
	}
	delete(r.byName, t.Name)
	last := len(r.topics) - 1
	r.topics[t.place] = r.topics[last]
	r.topics[t.place].place = t.place
	r.topics[last] = nil
	if r.topics = r.topics[:last]; last == 0 {
		*r = Registry[S]{} // a map never becomes smaller
	}
	return true
}

// Bytes is the topic's name, which must not be written to.
func (t *Topic[S]) Bytes() []byte { return unsafe.Slice(unsafe.StringData(t.Name), len(t.Name)) }

// Len is how many topics there are.
func (r *Registry[S]) Len() int { return len(r.topics) }

// Len is how many topics the subscriber listens to.
func (s *Set[S]) Len() int { return len(s.places) }

// First is the topic that it has listened to for longest; nil if there is none.
func (s *Set[S]) First() *Topic[S] {
	for ; s.first < len(s.topics); s.first++ {
		if t := s.topics[s.first]; t != nil {
			return t
		}
	}
	return nil
}

func (s *Set[S]) has(t *Topic[S]) bool {
	_, ok := s.places[t]
	return ok
}

func (s *Set[S]) add(t *Topic[S]) {
	if s.places == nil {
		s.places = map[*Topic[S]]int{}
	}
	s.places[t] = len(s.topics)
	s.topics = append(s.topics, t)
}

func (s *Set[S]) remove(t *Topic[S]) {
	s.topics[s.places[t]] = nil
	if delete(s.places, t); 2*len(s.places) >= len(s.topics) {
		return
	}
	old := s.topics
	*s = Set[S]{}
	for _, t := range old {
		if t != nil {
			s.add(t)
		}
	}
}

func (t *Topic[S]) add(s S) {
	if len(t.Subscribers) == indexed {
		t.at = make(map[S]int, 2*indexed)
		for i, each := range t.Subscribers {
			t.at[each] = i
		}
	}
	if t.at != nil {
		t.at[s] = len(t.Subscribers)
	}
	t.Subscribers = append(t.Subscribers, s)
}

// remove lets the last subscriber step into the place of one that leaves.
func (t *Topic[S]) remove(s S) {
	i, last := t.placeOf(s), len(t.Subscribers)-1
	t.Subscribers[i] = t.Subscribers[last]
	if t.at != nil {
		t.at[t.Subscribers[i]] = i
		delete(t.at, s)
	}
	var none S
	t.Subscribers[last] = none
	if t.Subscribers = t.Subscribers[:last]; last <= indexed/2 {
		t.at = nil
	}
}

// placeOf is where a subscriber stands, who is there.
func (t *Topic[S]) placeOf(s S) int {
	if t.at != nil {
		return t.at[s]
	}
	for i, each := range t.Subscribers {
		if each == s {
			return i
		}
	}
	panic("pubsub: a subscriber without its place")
}
