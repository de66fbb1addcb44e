// batch.go: requests that are parsed together, before the first of them is
// executed.
//
//	query   *1 PING *2 GET a *3 SET b c ...
//	             ▼       ▼         ▼
//	args    [ PING | GET a | SET b c |          one array for all
//	requests   0       1        2               where each begins and ends
//
// The parser's code and the commands' stay in the processor's cache when each
// runs many times in a row; and who knows the next sixteen requests can have
// memory fetched for all of them at once, as chapter 6 does.

package server

const (
	batchSize = 16
	maxArgs   = 1024 // arguments' room that is kept from one batch to the next
)

// batch is room for requests. Their arguments borrow from the query buffer.
type batch struct {
	requests [batchSize][][]byte // parts of args
	args     [][]byte            // all requests' arguments, one after another
}

// clear makes room for the next requests. What these borrowed from must not
// stay alive for them.
func (b *batch) clear() {
	clear(b.requests[:])
	clear(b.args)
	b.args = b.args[:0]
	if cap(b.args) > maxArgs {
		b.args = nil
	}
}
