// Package machine says what a process takes of the machine, and where it runs.
//
//	pin.go       which cores a process may use
//	procstat.go  CPU time, waiting for a core, and memory, of any process
//	gctrace.go   what a Go program tells of its garbage collector
//	files.go     how many connections a process may have
package machine
