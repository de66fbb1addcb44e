// keyplaces.go: keys of which a row cannot tell all: what happens to them, or where they
// stand, depends on the other words of the request. What answers here does not check the
// request, which may be wrong: COMMAND GETKEYS asks about requests that nobody runs.
// Redis: db.c, setGetKeys and its neighbours.

package command

import "redis-internals/ch08/internal/engine"

// setKeyFlags is what SET does with its key: with GET it reads it, too.
func setKeyFlags(request [][]byte) engine.KeyFlags {
	for _, word := range request[3:] {
		if engine.IsOption(word, "get") {
			return engine.KeyRW | engine.KeyAccess | engine.KeyUpdate
		}
	}
	return engine.KeyOW | engine.KeyUpdate
}

// bitfieldKeyFlags is what BITFIELD does with its key: with nothing but GET it only reads
// it. A request that is wrong counts as one that writes.
func bitfieldKeyFlags(request [][]byte) engine.KeyFlags {
	const writes = engine.KeyRW | engine.KeyAccess | engine.KeyUpdate
	for args := request[2:]; len(args) > 0; {
		switch {
		case engine.IsOption(args[0], "get") && len(args) >= 3:
			args = args[3:]
		case engine.IsOption(args[0], "overflow") && len(args) >= 2:
			args = args[2:]
		default:
			return writes
		}
	}
	return engine.KeyRO | engine.KeyAccess
}

// sortStorePlace is where the key stands that SORT stores to: behind the last STORE that is
// no other option's argument. 0 is nowhere.
func sortStorePlace(request [][]byte) (place int) {
	for i := 2; i < len(request); i++ {
		switch word := request[i]; {
		case engine.IsOption(word, "limit"):
			i += 2
		case engine.IsOption(word, "get"), engine.IsOption(word, "by"):
			i++
		case engine.IsOption(word, "store") && i+1 < len(request):
			place = i + 1
		}
	}
	return place
}
