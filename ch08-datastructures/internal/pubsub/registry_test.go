package pubsub

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// check fails unless topics, subscribers and places agree.
func (r *Registry[S]) check(t require.TestingT) {
	require.Len(t, r.byName, len(r.topics))
	for i, topic := range r.topics {
		require.Equal(t, i, topic.place)
		require.Same(t, topic, r.byName[topic.Name])
		require.NotEmpty(t, topic.Subscribers, "nobody listens to %q", topic.Name)
		for at, s := range topic.Subscribers {
			require.Equal(t, at, topic.placeOf(s))
		}
		if topic.at != nil {
			require.Len(t, topic.at, len(topic.Subscribers))
		}
	}
}

// member is one who listens, as a slice of names that tells the order.
type member struct {
	id    int
	set   Set[int]
	names []string
}

func (m *member) has(name string) bool {
	for _, each := range m.names {
		if each == name {
			return true
		}
	}
	return false
}

func (m *member) drop(name string) {
	for i, each := range m.names {
		if each == name {
			m.names = append(m.names[:i:i], m.names[i+1:]...)
			return
		}
	}
}

func TestRegistry_AgreesWithAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Registry[int]
		members := make([]*member, 40)
		for i := range members {
			members[i] = &member{id: i}
		}
		name := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("topic", rapid.IntRange(0, 4).Draw(t, "topic")) })
		who := rapid.SampledFrom(members)
		t.Repeat(map[string]func(*rapid.T){
			"subscribe": func(t *rapid.T) {
				m, name := who.Draw(t, "who"), name.Draw(t, "name")
				require.Equal(t, !m.has(name), r.Subscribe(m.id, &m.set, []byte(name)))
				if !m.has(name) {
					m.names = append(m.names, name)
				}
			},
			"all subscribe": func(t *rapid.T) {
				name := name.Draw(t, "name")
				for _, m := range members {
					if r.Subscribe(m.id, &m.set, []byte(name)) {
						m.names = append(m.names, name)
					}
				}
			},
			"unsubscribe": func(t *rapid.T) {
				m, name := who.Draw(t, "who"), name.Draw(t, "name")
				require.Equal(t, m.has(name), r.Unsubscribe(m.id, &m.set, []byte(name)))
				m.drop(name)
			},
			"leave": func(t *rapid.T) {
				m := who.Draw(t, "who")
				for topic := m.set.First(); topic != nil; topic = m.set.First() {
					require.Equal(t, m.names[0], topic.Name, "the oldest is the first")
					require.True(t, r.Unsubscribe(m.id, &m.set, []byte(topic.Name)))
					m.drop(topic.Name)
				}
				require.Empty(t, m.names)
			},
			"": func(t *rapid.T) {
				r.check(t)
				listeners := map[string][]int{}
				for _, m := range members {
					require.Equal(t, len(m.names), m.set.Len())
					for _, name := range m.names {
						listeners[name] = append(listeners[name], m.id)
					}
				}
				require.Equal(t, len(listeners), r.Len())
				for name, ids := range listeners {
					require.ElementsMatch(t, ids, r.Find([]byte(name)).Subscribers)
				}
			},
		})
	})
}

func TestRegistry_FindAllocatesNothing(t *testing.T) {
	var r Registry[int]
	var set Set[int]
	name := []byte("a channel with a long name, which would not fit into a small one")
	r.Subscribe(1, &set, name)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if r.Find(name) == nil {
			t.Fatal("not there")
		}
	}))
}
