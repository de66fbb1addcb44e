// protect.go: strangers are sent away.
//
// While there is no password (requirepass) whoever reaches the port may do everything. Unless
// protected-mode is off only clients of this machine are served then, whatever addresses
// the server is bound to. Redis: networking.c, clientAcceptHandler.

package server

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// errProtected is what a stranger is told, in Redis' words.
const errProtected = "-DENIED Redis is running in protected mode because protected mode is enabled and no password " +
	"is set for the default user. In this mode connections are only accepted from the loopback interface. If you want " +
	"to connect from external computers to Redis you may adopt one of the following solutions: " +
	"1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by " +
	"connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible " +
	"from internet if you do so. Use CONFIG REWRITE to make this change permanent. " +
	"2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the " +
	"protected mode option to 'no', and then restarting the server. " +
	"3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
	"4) Setup a an authentication password for the default user. NOTE: You only need to do one of the above things in " +
	"order for the server to start accepting connections from the outside.\r\n"

// isStranger reports whether a peer must not be served.
func (s *Server) isStranger(peer unix.Sockaddr) bool {
	return s.opts.ProtectedMode && s.opts.RequirePass == "" && !isFile(peer) && !addressOf(peer).Addr().IsLoopback()
}

// isLocal reports whether a peer has one of the two addresses by which this machine
// usually calls itself, or came by a file. Redis: networking.c, islocalClient.
func isLocal(peer unix.Sockaddr) bool {
	if isFile(peer) {
		return true
	}
	address := addressOf(peer).Addr()
	return address == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || address == netip.IPv6Loopback()
}

// isFile reports whether a peer came by a file (unixsocket).
func isFile(peer unix.Sockaddr) bool {
	_, ok := peer.(*unix.SockaddrUnix)
	return ok
}

// addressOf is a peer's address; an invalid one, which is nobody's, if it is none of
// the internet's.
func addressOf(peer unix.Sockaddr) netip.AddrPort {
	switch a := peer.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}
