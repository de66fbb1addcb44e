// clients.go: what commands about clients want of the connections (CLIENT LIST, CLIENT KILL).

package server

import (
	"cmp"
	"slices"

	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/engine"
)

// Clients are all clients, in the order in which they came.
func (s *Server) Clients() []*engine.Client {
	clients := make([]*engine.Client, 0, len(s.roster.conns))
	for _, c := range s.roster.conns {
		clients = append(clients, &c.client)
	}
	slices.SortFunc(clients, func(a, b *engine.Client) int { return cmp.Compare(a.ID, b.ID) })
	return clients
}

// Client is the client with an ID; nil if there is none.
func (s *Server) Client(id int64) *engine.Client {
	if c := s.conns[id]; c != nil {
		return &c.client
	}
	return nil
}

// Disconnect closes a client's connection at once, whatever waits in it.
func (s *Server) Disconnect(client *engine.Client) { s.conns[client.ID].close() }

// Connection is what is known of a client's connection.
func (s *Server) Connection(client *engine.Client) engine.Connection {
	c := s.conns[client.ID]
	now := s.loop.Now()
	c.findNames()
	c.countMemory()
	return engine.Connection{
		Peer: c.peerName, Local: c.localName, FD: c.fd, Age: now.Sub(c.accepted), Idle: now.Sub(c.used),
		Query: len(c.query), QueryRoom: max(0, cap(c.queryBuf)-len(c.query)),
		Reply: len(client.Reply), ReplyRoom: cap(client.Reply), Backlog: len(c.backlog), BacklogRoom: c.backlogRoom,
		Taken: connMemory + c.taken(), Reading: client.Closing == engine.StayOpen, Writing: c.waiting,
	}
}

// findNames finds the addresses of both ends, the first time that somebody asks. Redis:
// networking.c, getClientPeerId and getClientSockname.
func (c *conn) findNames() {
	switch {
	case c.peerName != "":
	case c.client.ByFile:
		c.peerName = c.server.opts.UnixSocket + ":0"
		c.localName = c.peerName
	default:
		c.peerName, c.localName = socketName(unix.Getpeername(c.fd)), socketName(unix.Getsockname(c.fd))
	}
}

// socketName is an address as CLIENT LIST shows it. Redis: anet.c, anetFormatAddr.
func socketName(address unix.Sockaddr, err error) string {
	if err != nil {
		return "?:0"
	}
	return addressOf(address).String()
}
