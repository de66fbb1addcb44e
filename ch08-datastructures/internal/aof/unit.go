// unit.go: commands that are executed together when the log is loaded, or not at all.
//
//	*1 MULTI   *3 SET a 1   *2 INCR b   *1 EXEC
//	└─────────────── one unit ────────────────┘   torn anywhere, all of it is cut off
//
// A transaction is written so, and read so (load.go). One of which a single command has
// changed something is that command, without a frame; one that has changed nothing is
// not in the log. How many there will be is known at the end only: the frame is begun
// with the first command, and taken away if that stays alone.
//
//	begun     MULTI SET a 1                      EndUnit ─▶ SET a 1
//	framed    MULTI SET a 1 INCR b               EndUnit ─▶ MULTI SET a 1 INCR b EXEC
//
// Nothing is written to the file between BeginUnit and EndUnit: that is the end of a
// turn's business. Redis: server.c, propagatePendingCommands.

package aof

import (
	"slices"
	"strconv"
)

const (
	beginsUnit = "*1\r\n$5\r\nMULTI\r\n"
	endsUnit   = "*1\r\n$4\r\nEXEC\r\n"
)

// unit is the state of a unit that is being appended.
type unit struct {
	open     bool // between BeginUnit and EndUnit
	commands int  // appended since
	at       int  // where it begins in the buffer's last piece, while it has one command
}

// BeginUnit says that what is appended until EndUnit is one.
func (l *Log) BeginUnit() { l.unit = unit{open: true} }

// EndUnit is BeginUnit's counterpart. It reports whether anything was appended. O(1);
// O(bytes) of one that is alone.
func (l *Log) EndUnit() (appended bool) {
	u := l.unit
	l.unit = unit{}
	switch {
	case u.commands > 1:
		l.buf.room(len(endsUnit))
		l.buf.last = append(l.buf.last, endsUnit...)
	case u.commands == 1:
		l.buf.last = slices.Delete(l.buf.last, u.at, u.at+len(beginsUnit))
	}
	return u.commands > 0
}

// appendTime appends an annotation of the time, once a second: who cuts the log there has the
// data of then. Redis: aof.c, genAofTimestampAnnotationIfNeeded.
func (l *Log) appendTime(dst []byte) []byte {
	now := l.loop.Now().Unix()
	if now == l.stamped {
		return dst
	}
	l.stamped = now
	dst = strconv.AppendInt(append(dst, "#TS:"...), now, 10)
	return append(dst, "\r\n"...)
}

// begin appends what stands in front of a command: SELECT if the log's last commands are
// for another database, and the frame's beginning if it is the unit's first.
func (l *Log) begin(dst []byte, db int) []byte {
	if l.opts.AOFTimestamps {
		dst = l.appendTime(dst)
	}
	dst = l.selectDB(dst, db)
	u := &l.unit
	if u.open && u.commands == 0 {
		u.at = len(dst)
		dst = append(dst, beginsUnit...)
	}
	u.commands++
	return dst
}
