// Package cases holds the suite's cases: a file a lesson, or two.
//
// To add one, write a row in the file of its lesson. Many need no more than
// bytes and the bytes they are answered with:
//
//	{Name: "PING answers PONG", Run: answers("PING\r\n", "+PONG\r\n")},
//
// others a function that dials, sends and expects through conformance.T. What
// more than one file says stands in words.go, keys.go, disk.go and figures.go.
// Try a case on redis-server first, which knows the right answer.
package cases

import (
	"slices"

	"redis-internals/common/conformance"
)

// All returns every case: the core tier in the order in which a server grows, then all others
// in the order of the lessons.
func All() []conformance.Case {
	return slices.Concat(
		coreEcho(), coreCommands(), coreClients(), coreStore(), corePipeline(), coreObjects(), coreTransactions(), coreTypes(),
		echoServer(),
		language(),
		resp(), protocolErrors(), hiddenEnds(), pieces(),
		ping(), handshake(), commandCommand(), clientCommand(),
		multiplexing(),
		pubSub(), keyEvents(), subscribersOutput(),
		manyClients(), commandLine(), flags(), terminal(), guards(), redisTools(),
		getAndSet(), setOptions(), onKeys(), timesToLive(), commandsOfKeys(),
		expire(), expiry(),
		simpleFirst(),
		pipelining(), pipelineLimits(),
		aofLog(), aofRestart(), aofRewrite(),
		aofLoad(), aofDamage(), aofManifest(), aofDisk(), aofExchange(), aofFlags(),
		numbers(), objects(), databases(), databasesAndLog(),
		info(), settings(), switchingLog(), settingsTable(), listening(), countedEviction(),
		maxMemory(), addresses(), memoryEviction(), clientsMemory(), evictionAndLog(), memoryCommand(), infoMemory(), dictionary(),
		shutdown(), crash(), debug(),
		clients(), clientEviction(), tracking(),
		multi(), multiTable(), multiLimits(), watch(), multiLog(), multiExchange(),
		lfu(), renaming(), debugData(), sorting(),
		lists(), listsInside(), listMoves(), largeLists(),
		sets(), setAlgebra(), randomMembers(),
		large(), hashes(), hashNumbers(), largeHashes(), randomFields(), scan(), scanCollections(),
		geography(),
		stringParts(), stringNumbers(), bitmaps(), bitfields(), hyperLogLogs(),
		sortedSets(), largeSortedSets(), sortedSetRows(),
		blocking(),
		resp3(), wholeCommand(),
		auth(), acl(), sockets(), starting(),
		slowLog(), latencies(), monitoring(), asked(), debugMore(), infoInFull(),
	)
}

// Shorthands of the rows.
type (
	list = []conformance.Case
	T    = conformance.T
)

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
