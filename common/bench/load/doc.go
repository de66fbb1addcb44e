// Package load makes the load of a benchmark, and waits for the answers.
//
//	rows.go         what is asked: a command, its requests and the reply it must get
//	collections.go  the same of lists, sets, sorted sets and hashes
//	request.go      many copies of a request in one buffer, with keys that change
//	reply.go        replies, checked to the last byte as they arrive
//	generator.go    many clients on one thread, each in a closed loop
//	socket.go       the few system calls of that
//	histogram.go    how long the replies took
//	idle.go         connections that say nothing
//	listeners.go    connections that listen to what is published
//	question.go     a connection beside the load, for INFO and the like
//
// It knows nothing of what is measured, nor of the machine.
package load
