// port.go: ports that nobody else takes.

package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"

	"golang.org/x/sys/unix"
)

// Ports are taken from below those that the kernel gives to outgoing
// connections, so that none of these gets in the way.
const (
	firstPort = 20_000
	lastPort  = 32_000
)

// Port is a TCP port of 127.0.0.1 that no other user of this package has, in
// this process or another one, until Release.
type Port struct {
	Number int
	lock   net.Listener
}

// ReservePort returns a port that nobody listens on.
//
// To find a free port and then have a server listen on it would not do: two
// tests may find the same one, and the second's client would talk to the first's
// server. The lock is a name among the kernel's abstract sockets, which is gone
// when its process is.
func ReservePort() (*Port, error) {
	err := errors.New("no port")
	for range 1000 {
		number := firstPort + rand.IntN(lastPort-firstPort)
		var lock net.Listener
		if lock, err = net.Listen("unix", "@redis-internals-port-"+strconv.Itoa(number)); err != nil {
			continue
		}
		if err = bindable(number); err != nil {
			lock.Close()
			continue
		}
		return &Port{number, lock}, nil
	}
	return nil, fmt.Errorf("looking for a free port: %w", err)
}

// bindable says why the port cannot be had. It binds and does not listen: a process
// that is being started at this moment has a copy of the socket until it runs its
// program, and clients must not meet a listener that nobody will accept from.
func bindable(number int) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	// With it the server may bind while such a copy lives, and a connection of an
	// earlier server, in its last wait, is no obstacle.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Port: number, Addr: [4]byte{127, 0, 0, 1}})
}

// Release lets others have the port.
func (p *Port) Release() { p.lock.Close() }
