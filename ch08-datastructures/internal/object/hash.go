// hash.go: not here yet.

package object

import "redis-internals/ch08/internal/zmalloc"

var hashKind = collection{
	create:  func(o *Object, env *Env) { panic("object: hash") },
	free:    func(o *Object) { zmalloc.Free(*o.root()) },
	release: func(o *Object, n int) bool { return false },
	count:   func(o *Object) int { return 0 },
	clone:   func(from, to *Object, env *Env) {},
	items:   func(o *Object, cursor uint64, n int, visit func(Item)) uint64 { return 0 },
	memory:  func(o *Object, samples int) int { return 0 },
}
