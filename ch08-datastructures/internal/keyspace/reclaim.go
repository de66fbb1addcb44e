// reclaim.go: freeing what is large a little at a time.
//
// To free a set of ten million members is to free ten million blocks: a second. Nobody can
// find it once its key is gone, so it does not matter when its memory comes back:
//
//	UNLINK DEL SET expiry eviction ─▶ a large value    ─┐
//	FLUSHALL ASYNC                 ─▶ a whole database ─┼─▶ [ doomed ] ─▶ Reclaim, a slice a turn
//	a snapshot's part, at its end  ─▶ what was deleted ─┘
//
// Redis gives it to another thread. Here the allocator belongs to one, so the loop does it
// between requests. While more is in use than maxmemory, what is doomed is freed before any
// other key is evicted.
//
// Redis: lazyfree.c, freeObjAsync and emptyDbAsync.

package keyspace

import (
	"time"

	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/dict"
)

const (
	freedAtOnce  = 64  // elements of a value that is freed where it is (LAZYFREE_THRESHOLD)
	freedAtATime = 256 // elements, between two looks at the clock
	bucketsFreed = 16  // buckets of a database, between two looks at the clock
)

// doomed is what is to be freed.
type doomed struct {
	objects []ref        // in no database
	dicts   []*dict.Dict // of databases that were flushed
	keys    int          // in them
	freed   int64        // objects and keys, since the start or ResetStats
}

// add makes the keys of a database doomed.
func (d *doomed) add(keys *dict.Dict) {
	d.dicts = append(d.dicts, keys)
	d.keys += keys.Len()
}

// free frees an entry that is in no database any more; later, if it is large.
func (ks *Keyspace) free(e *entry) {
	switch {
	case !e.IsCollection():
		object.Free(e)
	case ks.leaveToPart(e):
	case e.Count() <= freedAtOnce:
		object.Free(e)
	default:
		ks.doomed.objects = append(ks.doomed.objects, e.Ref())
	}
}

// freeNow frees what a dict that is cleared held, however large it is. A collection that was
// moved here from another database may still be dumped.
func (ks *Keyspace) freeNow(r ref) {
	if e := object.At(r); !e.IsCollection() || !ks.leaveToPart(e) {
		object.Free(e)
	}
}

// freeRef is free for what a dict holds.
func (ks *Keyspace) freeRef(r ref) { ks.free(object.At(r)) }

// Reclaim frees what is doomed for as long as budget, and reports whether there is more.
func (ks *Keyspace) Reclaim(budget time.Duration) (more bool) {
	if !ks.reclaims() {
		return false
	}
	for start := time.Now(); ks.reclaimSome(); {
		if time.Since(start) > budget {
			return true
		}
	}
	return false
}

// reclaims reports whether anything is doomed.
func (ks *Keyspace) reclaims() bool { return len(ks.doomed.objects)+len(ks.doomed.dicts) > 0 }

// reclaimSome frees a little of it, and reports whether there is more.
func (ks *Keyspace) reclaimSome() (more bool) {
	d := &ks.doomed
	if last := len(d.objects) - 1; last >= 0 {
		if !object.ReleaseSome(object.At(d.objects[last]), freedAtATime) {
			d.objects = d.objects[:last]
			d.freed++
		}
	} else if last := len(d.dicts) - 1; last >= 0 {
		released := func(r ref) {
			d.keys--
			d.freed++
			ks.freeRef(r)
		}
		if !d.dicts[last].Release(bucketsFreed, released) {
			d.dicts = d.dicts[:last]
		}
	}
	return ks.reclaims()
}

// Doomed is how many objects are still to be freed, and how many have been so since the
// start. Redis: lazyfree_pending_objects and lazyfreed_objects.
func (ks *Keyspace) Doomed() (pending int, freed int64) {
	return len(ks.doomed.objects) + ks.doomed.keys, ks.doomed.freed
}
