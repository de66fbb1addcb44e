//go:build !poison

package zmalloc

func fillPoison(Ref, int)  {}
func checkPoison(Ref, int) {}
func fillFresh(Ref, int)   {}
