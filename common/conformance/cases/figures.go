// figures.go: what a server tells of itself in INFO, and how it is set up while
// it runs.

package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// figures is what a section of INFO says, by field.
type figures map[string]string

// askFigures asks for one section.
func askFigures(c *conformance.Conn, section string) figures {
	f := figures{}
	for line := range strings.SplitSeq(c.Call("INFO", section).Text, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			f[name] = value
		}
	}
	return f
}

// number is a field's integer.
func (f figures) number(t *T, name string) int64 {
	n, err := strconv.ParseInt(f[name], 10, 64)
	require.NoError(t, err, "the field %s of INFO: %q", name, f[name])
	return n
}

// stat is a figure of INFO stats.
func stat(t *T, c *conformance.Conn, name string) int64 {
	return askFigures(c, "stats").number(t, name)
}

// grows expects that the steps add so much to a figure of INFO stats.
func grows(t *T, c *conformance.Conn, name string, by int64, steps ...string) {
	before := stat(t, c, name)
	speak(c, plain, steps...)
	require.Equal(t, before+by, stat(t, c, name), "%s after %q", name, steps)
}

// evictedKeys is how many keys the limit has cost.
func evictedKeys(t *T, c *conformance.Conn) int64 {
	return askFigures(c, "stats").number(t, "evicted_keys")
}

// usedMemory is in bytes.
func usedMemory(t *T, c *conformance.Conn) int64 {
	return askFigures(c, "memory").number(t, "used_memory")
}

// configure changes a setting.
func configure(c *conformance.Conn, nameAndValue ...string) {
	c.Exchange(cmd(slices.Concat([]string{"CONFIG", "SET"}, nameAndValue)...), done)
}

// noLimit is a command line for servers whose settings the case changes. A case
// with arguments never runs on a server that somebody else started.
var noLimit = []string{"--maxmemory", "0"}

// ownMaxkeys is why a Redis is not asked for maxkeys.
const ownMaxkeys = "maxkeys is this repository's; Redis counts bytes (maxmemory), as the stages do from chapter 6 on"

// policies are those of chapter 6.
var policies = []string{"noeviction", "allkeys-random", "allkeys-lru", "volatile-random", "volatile-ttl", "volatile-lru"}

// isVolatile says whether a policy takes only keys that have a TTL.
func isVolatile(policy string) bool { return policy[0] == 'v' }

// expiring are options of SET, for a policy that wants keys with a TTL.
func expiring(policy string) []string {
	if isVolatile(policy) {
		return []string{"EX", "100000"}
	}
	return nil
}

// slack is how far above its limit a server may be for a moment: the buffers of
// its clients count, and tables grow in one go.
const slack = 1 << 20
