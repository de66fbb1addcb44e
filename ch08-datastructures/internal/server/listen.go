// listen.go: listening sockets, and who is let in through them.

package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/eventloop"
)

// listener is a socket that listens.
type listener struct {
	fd   int
	host string // as in the settings, without the hyphen
	port int
}

// listen makes the server listen on each address of the settings, and on no other. An
// address that it listens on already is left alone: clients may be on their way. An error
// leaves the sockets that there were, as far as their addresses had not to be given up
// first: 127.0.0.1 is a part of *. Redis: server.c, listenToPort; config.c, updatePort.
func (s *Server) listen() error {
	kept, old := s.stayAndGo()
	var fresh []listener
	changed := len(old) > 0 && old[0].port != s.opts.Port // then none is in the other's way
	if !changed {
		s.closeSockets(old)
		s.listeners = kept
	}
	for _, address := range s.bound() {
		host, optional := strings.CutPrefix(address, "-")
		if slices.ContainsFunc(kept, func(l listener) bool { return l.host == host }) {
			continue
		}
		fd, err := s.listenOn(host)
		switch {
		case err == nil:
			fresh = append(fresh, listener{fd, host, s.opts.Port})
		case optional && (errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EAFNOSUPPORT)):
			s.log.Notice("Not listening on %s: not an address of ours", host)
		default:
			s.closeSockets(fresh)
			return s.cannotListen(host, err)
		}
	}
	if len(kept)+len(fresh) == 0 && len(s.bound()) > 0 {
		return fmt.Errorf("this machine has none of the addresses to bind: %s", strings.Join(s.opts.Bind, " "))
	}
	if changed {
		s.closeSockets(old)
	}
	s.listeners = append(kept, fresh...)
	return nil
}

// bound are the addresses to listen on: none without a port.
func (s *Server) bound() []string {
	if s.opts.Port == 0 {
		return nil
	}
	return s.opts.Bind
}

// stayAndGo parts the listeners by whether the settings still have them.
func (s *Server) stayAndGo() (stay, gone []listener) {
	for _, l := range s.listeners {
		here := func(address string) bool { return strings.TrimPrefix(address, "-") == l.host }
		if l.port == s.opts.Port && slices.ContainsFunc(s.bound(), here) {
			stay = append(stay, l)
		} else {
			gone = append(gone, l)
		}
	}
	return stay, gone
}

func (s *Server) closeSockets(list []listener) {
	for _, l := range list {
		s.loop.Forget(l.fd)
		unix.Close(l.fd)
	}
}

// cannotListen logs what Redis logs, which programs that start one look for, and
// returns the error that ends the server,
// at its start.
func (s *Server) cannotListen(host string, err error) error {
	s.log.Warning("Warning: Could not create server TCP listening socket %s:%d: %s", host, s.opts.Port, inC(err))
	if errors.Is(err, unix.EADDRINUSE) {
		return fmt.Errorf("%s is in use, perhaps by a redis-server: stop that,\n"+
			"or choose another port: --port 7000, in make run ARGS=\"--port 7000\"", s.hostPort(host))
	}
	return fmt.Errorf("cannot listen on %s: %w", s.hostPort(host), err)
}

// inC is an error of the system in C's words: bind: Address already in use.
func inC(err error) string {
	number := unix.Errno(0)
	if !errors.As(err, &number) {
		return err.Error()
	}
	text := number.Error()
	text = strings.ToUpper(text[:1]) + text[1:]
	if call := (*os.SyscallError)(nil); errors.As(err, &call) {
		text = call.Syscall + ": " + text
	}
	return text
}

// listenOn opens a listening socket on one address, and accepts from it. Redis:
// anet.c, _anetTcpServer.
func (s *Server) listenOn(host string) (fd int, err error) {
	family, address, err := socketAddress(host, s.opts.Port)
	if err != nil {
		return 0, err
	}
	fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	err = os.NewSyscallError("setsockopt", s.setOptions(fd, family))
	if err == nil {
		err = os.NewSyscallError("bind", unix.Bind(fd, address))
	}
	if err == nil {
		err = s.acceptFrom(fd)
	}
	if err != nil {
		unix.Close(fd)
		return 0, err
	}
	return fd, nil
}

// acceptFrom makes a bound socket listen, and accepts from it.
func (s *Server) acceptFrom(fd int) error {
	if err := unix.Listen(fd, s.opts.Backlog); err != nil {
		return os.NewSyscallError("listen", err)
	}
	return s.loop.Watch(fd, eventloop.Readable, func(eventloop.Events) { s.accept(fd) })
}

// setOptions sets what a listening socket needs, and what the connections
// accepted from it inherit.
func (s *Server) setOptions(fd, family int) error {
	set := func(level, option, value int) error { return unix.SetsockoptInt(fd, level, option, value) }
	// A restarted server may bind while the old one's connections die down.
	err := set(unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if family == unix.AF_INET6 { // leave the port's IPv4 half to its own socket
		err = errors.Join(err, set(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1))
	}
	// A reply goes out at once. Nagle's algorithm would hold a small one back
	// until the peer acknowledges the one before.
	err = errors.Join(err, set(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	return errors.Join(err, s.setKeepAlive(fd))
}

// setKeepAlive has the kernel look after silent peers, or not.
func (s *Server) setKeepAlive(fd int) error {
	set := func(level, option, value int) error { return unix.SetsockoptInt(fd, level, option, value) }
	seconds := s.opts.KeepAlive
	if seconds == 0 {
		return set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0)
	}
	return errors.Join(
		set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1),
		set(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds),            // silence before the first probe
		set(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, max(1, seconds/3)), // between probes
		set(unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3))                   // unanswered ones until it counts as dead
}

// socketAddress resolves a host, or * for every IPv4 and ::* for every IPv6
// address of this machine.
func socketAddress(host string, port int) (family int, address unix.Sockaddr, err error) {
	switch host {
	case "*":
		host = "0.0.0.0"
	case "::*":
		host = "::"
	}
	resolved, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return 0, nil, err
	}
	if ip := resolved.IP.To4(); ip != nil {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: [4]byte(ip)}, nil
	}
	v6 := &unix.SockaddrInet6{Port: port, Addr: [16]byte(resolved.IP.To16())}
	if resolved.Zone != "" {
		link, err := net.InterfaceByName(resolved.Zone)
		if err != nil {
			return 0, nil, err
		}
		v6.ZoneId = uint32(link.Index)
	}
	return unix.AF_INET6, v6, nil
}

func (s *Server) hostPort(host string) string {
	return net.JoinHostPort(host, strconv.Itoa(s.opts.Port))
}

const (
	// maxAccepts bounds the connections accepted in one turn, so that a storm
	// of them does not keep those that are there waiting.
	maxAccepts = 1000
	// acceptPause is how long accepting rests when there is no descriptor left.
	acceptPause = 100 * time.Millisecond
)

// errMaxClients is sent to a client beyond maxclients, before it is closed.
const errMaxClients = "-ERR max number of clients reached\r\n"

// accept takes the connections that wait on a listener. Redis: networking.c,
// acceptTcpHandler.
func (s *Server) accept(listener int) {
	for range maxAccepts {
		fd, peer, err := unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch err {
		case nil:
			s.admit(fd, peer)
		case unix.EAGAIN:
			return
		case unix.EINTR, unix.ECONNABORTED: // a signal, or one that left while it waited
		default:
			s.pauseAccepting(err)
			return
		}
	}
}

// admit makes a connection of an accepted socket, or turns it away.
func (s *Server) admit(fd int, peer unix.Sockaddr) {
	switch {
	case len(s.conns) >= s.opts.MaxClients:
		s.refuse(fd, errMaxClients)
		return
	case s.isStranger(peer):
		s.refuse(fd, errProtected)
		return
	}
	if isFile(peer) {
		s.log.Verbose("Accepted connection to %s", s.socketFile)
	} else {
		s.log.Verbose("Accepted %v", addressOf(peer))
	}
	s.lastID++
	s.stats.accepted++
	c := &conn{server: s, fd: fd, client: s.engine.NewClient(s.lastID), used: s.loop.Now(), accepted: s.loop.Now()}
	c.client.Local, c.client.ByFile = isLocal(peer), isFile(peer)
	c.parser.MaxBulk = &s.opts.MaxBulk
	if err := s.loop.Watch(fd, eventloop.Readable, c.ready); err != nil {
		s.log.Warning("Cannot watch a new client: %v", err)
		unix.Close(fd)
		return
	}
	s.conns[c.client.ID] = c
	s.engine.CountClientMemory(connMemory)
	s.roster.add(c)
}

// refuse closes an accepted socket, and says why. If that cannot be sent, it is
// closed all the same.
func (s *Server) refuse(fd int, why string) {
	s.stats.rejected++
	_, _ = send(fd, []byte(why))
	unix.Close(fd)
}

// pauseAccepting looks away from the listeners for a moment. Without
// descriptors or memory, a connection that waits to be accepted would be
// reported again in every turn, and the loop would spin.
func (s *Server) pauseAccepting(err error) {
	s.log.Warning("Accepting client connection: %v", err)
	s.watchListeners(0)
	s.loop.After(acceptPause, func() time.Duration {
		s.watchListeners(eventloop.Readable)
		return 0
	})
}

func (s *Server) watchListeners(interest eventloop.Events) {
	for _, l := range slices.Concat(s.listeners, s.files) {
		if err := s.loop.SetInterest(l.fd, interest); err != nil {
			s.log.Warning("Cannot watch a listening socket: %v", err)
		}
	}
}

func (s *Server) closeListeners() {
	s.closeSockets(s.listeners)
	s.closeSockets(s.files)
	s.listeners, s.files = nil, nil
	s.removeSocketFile()
}
