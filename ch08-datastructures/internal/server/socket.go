// socket.go: the two system calls of the hot path.
//
// The sockets are non-blocking, so neither call ever waits. That makes it safe
// to leave the Go scheduler out: a RawSyscall skips telling it that this thread
// may be gone for a while, which for calls this short is a good part of their
// cost. Calls that can block (epoll_wait, file writes) must not be raw: they
// would hold the processor that other goroutines wait for.

package server

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// receive reads what has arrived into b, which is not empty. n is 0 at the end
// of the stream, EAGAIN means that nothing has arrived.
func receive(fd int, b []byte) (n int, errno unix.Errno) {
	r, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), 0
}

// send hands b, which is not empty, to the kernel, and returns how much of it
// the socket's buffer could take. EAGAIN means nothing.
func send(fd int, b []byte) (n int, errno unix.Errno) {
	r, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), 0
}
