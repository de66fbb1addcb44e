// Package structures is a shelf: each folder in it is one data structure, which can be
// read as an article and knows nothing of commands.
//
//	entry       a name with a value: what a dict and a skip list hold
//	room        how a block grows
//	intset      integers in a sorted array
//	listpack    strings and integers one after another in a block
//	quicklist   a chain of listpacks
//	skiplist    members in the order of their scores, with ranks
//	hyperloglog how many different things, from 12 KiB
//	geohash     places as numbers that can be sorted
//	sds         strings with room to grow
//	lfu         a byte that counts to millions
//	dict        a hash table
//
// One way to call them all. A structure is outside of Go's heap, in blocks of zmalloc,
// and its whole handle is a Ref of four bytes with methods:
//
//	type Set zmalloc.Ref    // the block in which the set begins
//
//	s := intset.New()
//	s.Add(5)                // may move the block, and writes the new reference to s
//	s.Free()
//
// A method that may move the first block takes *Set, and leaves the reference right
// where it stands: in a variable, or in a block of its owner, off Go's heap too. A method
// that only looks takes Set. A handle must stand in one place: copies of it do not hear
// of a move. 0 is no structure, and not an empty one; New makes that.
//
// What all keep to:
//
//   - Bytes that go in are copied. Bytes that come out are borrowed: they are good until
//     the structure is written to, or any block is freed.
//   - No operation allocates on Go's heap, and none takes longer than its comment says.
//   - Who calls has asked zmalloc.HasRoom before; so no method fails for want of memory.
//   - Free gives all blocks back: tests end with zmalloc.Used where it began.
//   - Randomness comes from the caller, as *rand.Rand: so tests can repeat it.
//   - check, in the tests, panics unless the invariants hold.
package structures
