package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
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
		var lock, probe net.Listener
		if lock, err = net.Listen("unix", "@redis-internals-port-"+strconv.Itoa(number)); err != nil {
			continue
		}
		if probe, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(number))); err != nil {
			lock.Close()
			continue
		}
		probe.Close()
		return &Port{number, lock}, nil
	}
	return nil, fmt.Errorf("looking for a free port: %w", err)
}

// Release lets others have the port.
func (p *Port) Release() { p.lock.Close() }
