package server

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/ch08/internal/config"
)

func TestIsStranger_IsWhoeverIsNotOnTheLoopback(t *testing.T) {
	s := &Server{opts: config.Default()}
	for text, stranger := range map[string]bool{
		"127.0.0.1": false, "127.9.9.9": false, "::1": false,
		"192.0.2.7": true, "10.0.0.1": true, "128.0.0.1": true, "::2": true, "fe80::1": true,
	} {
		var peer unix.Sockaddr
		if ip := netip.MustParseAddr(text); ip.Is4() {
			peer = &unix.SockaddrInet4{Port: 7, Addr: ip.As4()}
		} else {
			peer = &unix.SockaddrInet6{Port: 7, Addr: ip.As16()}
		}
		s.opts.ProtectedMode = true
		require.Equal(t, stranger, s.isStranger(peer), text)
		s.opts.ProtectedMode = false
		require.False(t, s.isStranger(peer), text)
	}
	s.opts.ProtectedMode = true
	require.True(t, s.isStranger(nil), "an address of no known kind")
}
