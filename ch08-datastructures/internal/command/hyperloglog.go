// hyperloglog.go: how many different things there were, about. What the counting is, package
// structures/hyperloglog says; here its bytes are a string's. Redis: hyperloglog.c.

package command

import (
	"strconv"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/object"
	"redis-internals/ch08/internal/structures/hyperloglog"
)

var hllCommands = []Row{
	row("pfadd", pfadd, -2, Write|DenyOOM|Fast|Brief, ACLHyperLogLog, insertKey,
		doc("2.8.9", "O(1)", "<key> [<element> [<element> ...]]", "Adds elements to a HyperLogLog.")),
	row("pfcount", pfcount, -2, ReadOnly|MayReplicate, ACLHyperLogLog, pfcountKeys,
		doc("2.8.9", "O(N)", "<key> [<key> ...]", "Answers how many different elements HyperLogLogs have about.")),
	row("pfmerge", pfmerge, -2, Write|DenyOOM, ACLHyperLogLog, mergeKeys,
		doc("2.8.9", "O(N)", "<destkey> <sourcekey> [<sourcekey> ...]", "Merges HyperLogLogs into one.")),
	row("pfdebug", pfdebug, 3, Write|DenyOOM|Admin, ACLHyperLogLog, pfdebugKey,
		system(doc("2.8.9", "N/A", "<subcommand> <key>", "Shows what is in a HyperLogLog."))),
	row("pfselftest", pfselftest, 1, Admin, ACLHyperLogLog, noKeys,
		system(doc("2.8.9", "N/A", "", "Tests the counting of HyperLogLogs."))),
}

const (
	errNotHLL     = "WRONGTYPE Key is not a valid HyperLogLog string value."
	errCorruptHLL = "INVALIDOBJ Corrupted HLL object detected"
)

// isHLL reports whether a string is a HyperLogLog, or replies the error; none is. Redis:
// isHLLObjectOrReply.
func isHLL(c *Client, o *object.Object) bool {
	switch {
	case o == nil:
		return true
	case o.IsCollection():
		c.ReplyError(engine.ErrWrongType)
		return false
	}
	var room object.Room
	if !hyperloglog.Is(o.Text(&room)) {
		c.ReplyError(errNotHLL)
		return false
	}
	return true
}

// editHLL gives the HyperLogLog at a key to be changed, with room for n bytes, and makes one
// if there is none. Truncate must follow, with the length that it then has.
func editHLL(c *Client, o *object.Object, key []byte, n int) (edited *object.Object, h []byte) {
	if o == nil {
		var room [64]byte
		empty := hyperloglog.AppendNew(room[:0])
		o = c.DB.EditString(key, len(empty))
		copy(o.Bytes(), empty)
	}
	length := o.Len()
	o = c.DB.EditString(key, max(length, n))
	return o, o.Bytes()[:length]
}

// pfadd answers PFADD. Redis: pfaddCommand.
func pfadd(c *Client) {
	key := c.Args[1]
	o := c.DB.LookupWrite(key)
	if !isHLL(c, o) {
		return
	}
	maxSparse := c.DB.Env().HLLSparse
	changes := 0
	if o == nil {
		o, _ = editHLL(c, nil, key, 0)
		changes = 1
	}
	for _, element := range c.Args[2:] {
		var room object.Room
		h := o.Text(&room)
		if hyperloglog.Knows(h, element) {
			continue
		}
		need := hyperloglog.NeedFor(h, element, maxSparse)
		edited, h := editHLL(c, o, key, need)
		longer, more, err := hyperloglog.Add(h, element, maxSparse)
		o = edited
		if err != nil {
			o.Truncate(len(h))
			c.ReplyError(errCorruptHLL)
			return
		}
		o.Truncate(len(longer))
		if more {
			changes++
		}
	}
	if changes > 0 {
		hyperloglog.Outdate(o.Bytes())
		c.DB.Changed(o)
		c.Notify(NotifyString, "pfadd", key)
		c.MarkDirty(changes)
	}
	replyBool(c, changes > 0)
}

// pfcount answers PFCOUNT. Redis: pfcountCommand.
func pfcount(c *Client) {
	if len(c.Args) > 2 {
		countMerged(c)
		return
	}
	o := c.DB.LookupRead(c.Args[1])
	if !isHLL(c, o) {
		return
	}
	if o == nil {
		c.ReplyInt(0)
		return
	}
	var room object.Room
	h := o.Text(&room)
	if n, ok := hyperloglog.Cached(h); ok {
		c.ReplyInt(int64(n))
		return
	}
	n, err := hyperloglog.Count(h)
	if err != nil {
		c.ReplyError(errCorruptHLL)
		return
	}
	o = c.DB.EditString(c.Args[1], len(h))
	hyperloglog.SetCached(o.Bytes(), n)
	c.DB.Changed(o) // the head is data: GET shows it
	c.MarkDirty(1)
	c.ReplyInt(int64(n))
}

// mergeAll makes registers of several keys' HyperLogLogs. dense says that one of them is.
func mergeAll(c *Client, keys [][]byte, registers *[hyperloglog.Registers]byte) (dense, ok bool) {
	for _, key := range keys {
		o := c.DB.LookupRead(key)
		if !isHLL(c, o) {
			return false, false
		}
		if o == nil {
			continue
		}
		var room object.Room
		h := o.Text(&room)
		dense = dense || hyperloglog.IsDense(h)
		if hyperloglog.Merge(registers, h) != nil {
			c.ReplyError(errCorruptHLL)
			return false, false
		}
	}
	return dense, true
}

func countMerged(c *Client) {
	var registers [hyperloglog.Registers]byte
	if _, ok := mergeAll(c, c.Args[1:], &registers); ok {
		c.ReplyInt(int64(hyperloglog.CountMerged(&registers)))
	}
}

// pfmerge answers PFMERGE: the first key counts too. Redis: pfmergeCommand.
func pfmerge(c *Client) {
	var registers [hyperloglog.Registers]byte
	dense, ok := mergeAll(c, c.Args[1:], &registers)
	if !ok {
		return
	}
	maxSparse := c.DB.Env().HLLSparse
	o, h := editHLL(c, c.DB.LookupWrite(c.Args[1]), c.Args[1], hyperloglog.DenseSize)
	longer, err := h, error(nil)
	if dense {
		longer, err = hyperloglog.Promote(h)
	}
	if err == nil {
		longer, err = hyperloglog.Store(longer, &registers, maxSparse)
	}
	if err != nil {
		o.Truncate(len(h))
		c.ReplyError(errCorruptHLL)
		return
	}
	o.Truncate(len(longer))
	hyperloglog.Outdate(o.Bytes())
	changedString(c, o, "pfadd")
	c.ReplyOK()
}

// pfdebug answers PFDEBUG. Redis: pfdebugCommand.
func pfdebug(c *Client) {
	sub, key := c.Args[1], c.Args[2]
	o := c.DB.LookupWrite(key)
	if o == nil {
		c.ReplyError("ERR The specified key does not exist")
		return
	}
	if !isHLL(c, o) {
		return
	}
	var room object.Room
	h := o.Text(&room)
	known := engine.IsOption(sub, "getreg") || engine.IsOption(sub, "decode") || engine.IsOption(sub, "encoding") || engine.IsOption(sub, "todense")
	switch {
	case known && len(c.Args) != 3:
		c.ReplyError("ERR Wrong number of arguments for the '" + engine.Quoted(sub, engine.MaxQuoted) + "' subcommand")
	case engine.IsOption(sub, "getreg"):
		replyRegisters(c, key, h)
	case engine.IsOption(sub, "decode"):
		replyRuns(c, h)
	case engine.IsOption(sub, "encoding"):
		if hyperloglog.IsDense(h) {
			c.ReplySimple("dense")
		} else {
			c.ReplySimple("sparse")
		}
	case engine.IsOption(sub, "todense"):
		promoted, ok := toDense(c, key, h)
		if ok {
			replyBool(c, promoted)
		}
	default:
		c.ReplyError("ERR Unknown PFDEBUG subcommand '" + engine.Quoted(sub, engine.MaxQuoted) + "'")
	}
}

// toDense makes a HyperLogLog dense, and reports whether it was not. It replies the error.
func toDense(c *Client, key, h []byte) (promoted, ok bool) {
	if hyperloglog.IsDense(h) {
		return false, true
	}
	o, short := editHLL(c, c.DB.LookupWrite(key), key, hyperloglog.DenseSize)
	long, err := hyperloglog.Promote(short)
	if err != nil {
		o.Truncate(len(short))
		c.ReplyError(errCorruptHLL)
		return false, false
	}
	o.Truncate(len(long))
	c.MarkDirty(1) // it counts the same: who watches the key is not told
	return true, true
}

func replyRegisters(c *Client, key, h []byte) {
	if _, ok := toDense(c, key, h); !ok {
		return
	}
	var registers [hyperloglog.Registers]byte
	var room object.Room
	_ = hyperloglog.Merge(&registers, c.DB.LookupWrite(key).Text(&room)) // it is dense: toDense has read it
	c.ReplyArrayLen(len(registers))
	for _, register := range registers {
		c.ReplyInt(int64(register))
	}
}

func replyRuns(c *Client, h []byte) {
	if hyperloglog.IsDense(h) {
		c.ReplyError("ERR HLL encoding is not sparse")
		return
	}
	text, err := hyperloglog.AppendRuns(nil, h)
	if err != nil {
		c.ReplyError(errCorruptHLL)
		return
	}
	c.ReplyBulk(text)
}

// pfselftest answers PFSELFTEST: it counts, dense and sparse, and looks whether the counts
// are as near as they should be. Redis: pfselftestCommand.
func pfselftest(c *Client) {
	const most = 100_000
	maxSparse := c.DB.Env().HLLSparse
	sparse := hyperloglog.AppendNew(make([]byte, 0, hyperloglog.DenseSize))
	dense, err := hyperloglog.Promote(hyperloglog.AppendNew(make([]byte, 0, hyperloglog.DenseSize)))
	for n := 1; n <= most && err == nil; n++ {
		element := strconv.AppendInt(nil, int64(n)*2654435761, 10)
		if dense, _, err = hyperloglog.Add(dense, element, 0); err != nil {
			break
		}
		if sparse, _, err = hyperloglog.Add(sparse, element, maxSparse); err != nil {
			break
		}
		if n == 10 || n == 1000 || n == most {
			first, _ := hyperloglog.Count(dense)
			second, _ := hyperloglog.Count(sparse)
			if first != second || float64(max(first, uint64(n))-min(first, uint64(n))) > float64(n)*0.0081*6+1 {
				c.ReplyError("ERR TESTFAILED Too big error. card:" + strconv.Itoa(n) + " estimated:" + strconv.FormatUint(first, 10))
				return
			}
		}
	}
	if err != nil {
		c.ReplyError("ERR TESTFAILED " + err.Error())
		return
	}
	c.ReplyOK()
}
