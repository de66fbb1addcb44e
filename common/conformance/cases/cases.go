// Package cases holds the suite's cases: a file a lesson, or two.
//
// To add one, write a row in the file of its lesson. Many need no more than
// bytes and the bytes they are answered with:
//
//	{Name: "PING answers PONG", Run: answers("PING\r\n", "+PONG\r\n")},
//
// others a function that dials, sends and expects through conformance.T. Try
// it on redis-server first, which knows the right answer.
package cases

import (
	"slices"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/wire"
)

// All returns every case, in the order of the lessons.
func All() []conformance.Case {
	return slices.Concat(
		echoServer(),
		language(),
		resp(), protocolErrors(), pieces(),
		ping(), handshake(), commandCommand(), clientCommand(),
		multiplexing(),
		manyClients(), commandLine(), redisTools(),
		getAndSet(), setOptions(), onKeys(), timesToLive(), commandsOfKeys(),
		expire(), expiry(),
		simpleFirst(),
		pipelining(), pipelineLimits(),
		aofLog(), aofRestart(), aofRewrite(),
		aofLoad(), aofDamage(), aofDisk(), aofExchange(), aofFlags(),
		numbers(), objects(), databases(), databasesAndLog(),
		info(), settings(), countedEviction(),
		maxMemory(), memoryEviction(), evictionAndLog(), memoryCommand(), infoMemory(), dictionary(),
	)
}

// Shorthands of the rows.
type (
	list = []conformance.Case
	T    = conformance.T
)

// cmd is a request's bytes.
var cmd = wire.Command

// bulk is a bulk reply's bytes.
var bulk = wire.Bulk

// in completes rows with their lesson and, where they do not say, the chapter
// they start in.
func in(chapter int, lesson string, rows list) list {
	for i := range rows {
		rows[i].Lesson = lesson
		if rows[i].From == 0 {
			rows[i].From = chapter
		}
	}
	return rows
}

// answers sends bytes on a new connection and expects these and no others: a
// PING after them finds the place where the reply ends. Then it does so again
// with the bytes cut in two at every place, for TCP may cut them anywhere.
func answers(send, want string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange(send+cmd("PING"), want+"+PONG\r\n")
		if len(send) > maxCuts {
			return
		}
		for cut := 1; cut < len(send); cut++ {
			// The PING's answer shows that the first part has arrived.
			c.Exchange(cmd("PING", "first part")+send[:cut], bulk("first part"))
			c.Exchange(send[cut:]+cmd("PING"), want+"+PONG\r\n")
		}
	}
}

// maxCuts is the longest request that is tried cut at each of its bytes.
const maxCuts = 1000

// answersAndCloses sends bytes, expects the reply and then the end.
func answersAndCloses(send, want string) func(*T) {
	return func(t *T) {
		c := t.Dial()
		c.Exchange(send, want)
		c.ExpectEOF()
	}
}
