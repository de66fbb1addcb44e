// learners_table_test.go: the servers below learners, and the mistakes that they make with --bug.

package conformance_test

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
	{
		language: "c", needs: "cc", build: "cc -O1 -o {made}/server *.c",
		run: "{made}/server --port {port} {flags}", upto: 3,
		bugs: []planted{
			{bug: "partial-argument", own: "an argument of 100,000 bytes is read whole"},
			{bug: "argument-ends-at-nul", own: "an argument keeps bytes of any value"},
			{bug: "one-buffer-for-all", own: "a client in the middle of a request keeps no other waiting"},
			{bug: "leaving-client-ends-all", own: "a client that leaves ends nobody else"},
			{bug: "value-is-not-copied", own: "a value does not change when the next request comes"},
		},
	},
	{
		// What a JVM does to be fast in the long run is left out: each server lives for a second.
		language: "java", needs: "javac", build: "javac -d {made} Server.java",
		run: "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp {made} Server --port {port} {flags}", upto: 3,
		bugs: []planted{
			{bug: "length-in-characters", own: "an argument keeps bytes of any value"},
			{bug: "served-until-it-leaves", own: "two clients are served"},
			{bug: "null-as-empty-string", own: "GET of a key that there is not is null"},
			{bug: "options-in-one-case", own: "SET's options may be in any case"},
			{bug: "negative-expire-keeps", own: "EXPIRE with a time that is over deletes the key"},
		},
	},
	{
		language: "php", needs: "php",
		run: "php {source}/server.php --port {port} {flags}", upto: 3,
		bugs: []planted{
			{bug: "bulk-for-simple", own: "PING is answered"},
			{bug: "one-read-one-request", own: "an argument of 100,000 bytes is read whole"},
			{bug: "set-keeps-the-time-limit", own: "SET without EX ends a time limit"},
			{bug: "zero-never-expires", own: "SET with a time that is none is refused, and stores nothing"},
			{bug: "overwrite-evicts", own: "an overwrite evicts nothing"},
		},
	},
	{
		language: "ruby", needs: "ruby",
		run: "ruby --disable-gems {source}/server.rb --port {port} {flags}", upto: 4,
		bugs: []planted{
			{bug: "arity-unchecked", own: "too few arguments, or too many, are an error"},
			{bug: "one-reply-a-read", own: "two requests in one packet are both answered"},
			{bug: "short-write-is-lost", own: "a large reply comes whole, though its client reads late"},
			{bug: "values-split-at-spaces", own: "a value in the log keeps every byte"},
			{bug: "rewrite-forgets-what-comes", own: "BGREWRITEAOF loses nothing"},
		},
	},
}
