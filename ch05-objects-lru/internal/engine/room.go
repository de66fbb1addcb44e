// room.go: what happens when there are too many keys.
// Redis: evict.c, performEvictions.

package engine

import "redis-internals/ch05/internal/keyspace"

// ConfigChanged makes new settings hold.
func (e *Engine) ConfigChanged(names []string) (refused string, err error) {
	e.Keyspace.SetEviction(e.eviction())
	return e.Server.ConfigChanged(names)
}

// eviction is what the settings say of it. Where only maxkeys is given, the first
// key goes first, as in the chapters before. While loading none goes.
func (e *Engine) eviction() keyspace.Eviction {
	if e.loading {
		return keyspace.Eviction{}
	}
	policy := keyspace.Policies[e.Config.MaxMemoryPolicy]
	if policy == keyspace.NoEviction {
		policy = keyspace.SimpleFirst
	}
	return keyspace.Eviction{MaxKeys: e.Config.MaxKeys, Policy: policy, Samples: e.Config.MaxMemorySamples}
}
