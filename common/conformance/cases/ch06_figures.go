package cases

import "redis-internals/common/conformance"

// The lessons of chapter 6.
const (
	lesson6Limit  = "How Redis caps memory"
	lesson6Malloc = "Overriding malloc"
)

const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"

// noLimit is a command line for servers whose settings the case changes. A case
// with arguments never runs on a server that somebody else started.
var noLimit = []string{"--maxmemory", "0"}

func usedMemory(t *T, c *conformance.Conn) int64 {
	return askFigures(c, "memory").number(t, "used_memory")
}
