// unix.go: a file to listen on. Who may connect is who may write to it, and no packet ever
// leaves the machine: no port, no checksums, no Nagle.
//
// A file that was left by a server that crashed is replaced; one that is no socket is not.
// Redis: anet.c, anetUnixServer.

package server

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// maxSocketPath is how many bytes the path may have: the kernel keeps it in 108, with a NUL.
const maxSocketPath = 107

// socketPath is where the file is; a relative path begins in dir. Empty is none.
func (s *Server) socketPath() string {
	if s.opts.UnixSocket == "" || filepath.IsAbs(s.opts.UnixSocket) {
		return s.opts.UnixSocket
	}
	return filepath.Join(s.opts.Dir, s.opts.UnixSocket)
}

// listenOnFile makes the file, if there is to be one, and accepts from it. The error is told to
// people.
func (s *Server) listenOnFile() error {
	path := s.socketPath()
	if path == "" {
		return nil
	}
	if len(path) > maxSocketPath {
		return s.cannotListenOnFile(path, fmt.Errorf("unix socket path too long (%d), must be under %d", len(path), maxSocketPath+1))
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		_ = os.Remove(path)
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return s.cannotListenOnFile(path, os.NewSyscallError("socket", err))
	}
	if err := os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrUnix{Name: path})); err != nil {
		unix.Close(fd)
		return s.cannotListenOnFile(path, err)
	}
	if perm := s.opts.UnixSocketPerm; perm > 0 {
		err = os.Chmod(path, fs.FileMode(perm))
	}
	if err == nil {
		err = s.acceptFrom(fd)
	}
	if err != nil {
		unix.Close(fd)
		_ = os.Remove(path)
		return s.cannotListenOnFile(path, err)
	}
	s.files, s.socketFile = []listener{{fd: fd}}, path
	return nil
}

// cannotListenOnFile logs what Redis logs, and returns the error that ends the server.
func (s *Server) cannotListenOnFile(path string, err error) error {
	s.log.Warning("Failed opening Unix socket: %s", inC(err))
	return fmt.Errorf("cannot listen on the file %s: %w", path, err)
}

// removeSocketFile takes the file away, at the end.
func (s *Server) removeSocketFile() {
	if s.socketFile != "" {
		s.log.Notice("Removing the unix socket file.")
		_ = os.Remove(s.socketFile) // somebody may have done so
		s.socketFile = ""
	}
}
