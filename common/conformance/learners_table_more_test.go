package conformance_test

// learners_table_more_test.go: the servers in C, Java, PHP and Ruby.

func init() {
	learners = append(learners,
		learner{
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
		learner{
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
		learner{
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
		learner{
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
	)
}
