package zmalloc

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A purged run grows together with a clean neighbour, which may be the next one in
// the list that Purge goes through.
func TestPurge_GoesOnBehindANeighbourThatIsClean(t *testing.T) {
	for Purge(1 << 30) {
	}
	const pages = 100
	blocks := func(n int) (refs []Ref) {
		for range n {
			refs = append(refs, Alloc(pages*pageSize))
		}
		return refs
	}
	// Three neighbours, with blocks in use between them and c.
	refs := blocks(6)
	a, b, c := refs[1], refs[2], refs[4]
	Free(c)
	Free(b)
	require.True(t, Purge(pages*pageSize-1), "c is left")
	Free(a)
	for Purge(1 << 30) {
	}
	check()
	require.Equal(t, Stats().Active, Stats().Resident, "no free page is dirty")
	for _, r := range []Ref{refs[0], refs[3], refs[5]} {
		Free(r)
	}
}
