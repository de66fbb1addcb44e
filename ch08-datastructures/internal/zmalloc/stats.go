// stats.go: how much is in use.

package zmalloc

// used is the sum of the sizes of all blocks, in bytes.
var used int

// Used is how many bytes the blocks that are in use have. It is exact: each counts
// with its size, what rounding up wastes included. Redis: zmalloc_used_memory.
func Used() int { return used }

// Usage is how the range is used, in bytes.
type Usage struct {
	Used     int // in blocks
	Active   int // in slabs and large blocks: what is used, and room in slabs
	Resident int // of the kernel's memory, at most: what is active, and free pages that are dirty
}

// Stats tells how the range is used. O(1). Redis: zmalloc_get_allocator_info.
func Stats() Usage {
	active := (int(top) - 1 - freePageCount) * pageSize
	return Usage{Used: used, Active: active, Resident: active + dirtyPages*pageSize}
}

// ClassUsage is how one class of sizes is used.
type ClassUsage struct {
	Size        int // bytes of a block
	Slabs, Live int // how many there are
	SlabBytes   int // of all its slabs
}

// Classes tells how each class is used. O(pages).
func Classes() []ClassUsage {
	all := make([]ClassUsage, classes)
	for c := range all {
		all[c].Size = int(classSize[c])
	}
	for at := uint32(1); at < top; at++ {
		if p := &table[at]; p.kind == slabPage && p.offset == 0 {
			all[p.class].Slabs++
			all[p.class].SlabBytes += int(slabPages[p.class]) * pageSize
			all[p.class].Live += int(p.live)
		}
	}
	return all
}
