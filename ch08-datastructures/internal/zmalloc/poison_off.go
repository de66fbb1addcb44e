//go:build !poison

// poison_off.go: an ordinary build poisons nothing: calls that are compiled away.

package zmalloc

func fillPoison(Ref, int)        {}
func checkPoison(Ref, int)       {}
func fillFresh(Ref, int)         {}
func poisonPages(uint32, uint32) {}
func checkFreed(uint32, uint32)  {}
