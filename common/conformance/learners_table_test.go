package conformance_test

// learners_table_test.go: the servers below learners, and the mistakes that they make with --bug.

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
}
