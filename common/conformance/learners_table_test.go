package conformance_test

// learners_table_test.go: the servers in Go, Node, Perl and Python, and the mistakes that they
// make with --bug.

var learners = []learner{
	{
		language: "go", needs: "go", build: "go build -o {made}/server .",
		run: "{made}/server --port {port} {flags}", upto: 5,
		bugs: []planted{
			{bug: "partial-argument", own: "an argument of 100,000 bytes is read whole"},
			{bug: "arity-unchecked", own: "too few arguments, or too many, are an error"},
			{bug: "value-is-not-copied", own: "a value does not change when the next request comes"},
			{bug: "incr-wraps", own: "INCR beyond the largest number is an error"},
			{bug: "overwrite-counts-as-new", own: "INFO counts the keys of a database"},
		},
	},
	{
		// A python3 that chooses among versions takes longer for that than the server to start.
		language: "python", needs: "python3", build: `ln -s "$(python3 -c 'import sys; print(sys.executable)')" {made}/python3`,
		run: "{made}/python3 {source}/redis.py --port {port} {flags}", upto: 5,
		bugs: []planted{
			{bug: "newest-goes-first", own: "with maxkeys 10 there are never more than ten keys"},
			{bug: "values-split-at-spaces", own: "a value in the log keeps every byte"},
			{bug: "zeros-in-front-pass", own: "INCR of what is no number is an error, and changes nothing"},
			{bug: "incr-drops-ttl", own: "INCR keeps the time limit"},
			{bug: "missing-key-crashes", own: "GET of no key is no error under allkeys-lru"},
		},
	},
	{
		language: "node", needs: "node", run: "node {source}/server.js --port {port} {flags}", upto: 4,
		flags: map[string]string{"maxkeys": "--limit {value}", "appendonly": "--aof {value}", "appendfsync": ""},
		bugs: []planted{
			{bug: "names-in-one-case", own: "a command's name may be in any case"},
			{bug: "leaving-client-ends-all", own: "a client that leaves ends nobody else"},
			{bug: "set-keeps-the-time-limit", own: "SET without EX ends a time limit"},
			{bug: "dump-only", own: "with appendonly a key is there again after kill -9"},
			{bug: "time-left-is-logged", own: "a time limit goes on while the server is down"},
		},
	},
	{
		language: "perl", needs: "perl", run: "perl {source}/server.pl --port {port} {flags}", upto: 3,
		bugs: []planted{
			{bug: "bulk-for-simple", own: "PING is answered"},
			{bug: "line-feed-only", own: "PING is answered"},
			{bug: "unknown-answers-pong", own: "an unknown command is an error, and the connection goes on"},
			{bug: "error-twice", own: "an unknown command is an error, and the connection goes on"},
			{bug: "overwrite-evicts", own: "an overwrite evicts nothing"},
		},
	},
}
