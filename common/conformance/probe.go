// probe.go: what answers there at all, before anything is asked of it.
//
// A server that speaks HTTP, or nothing, fails every case in its own way. It is told so in a
// sentence, within seconds.

package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"redis-internals/common/conformance/wire"
)

// probePatience is how long each of two questions may go unanswered.
const probePatience = 2 * time.Second

// Probe says in a sentence why there is no use in grading what listens on the target's address
// as the chapter that the target claims to be; "" if there is.
func (t *Target) Probe() string {
	ping := wire.Command("PING")
	came, err := ask(t.Addr, ping)
	if err == nil && len(came) == 0 { // perhaps it waits for a line
		ping = "PING\r\n"
		came, err = ask(t.Addr, ping)
	}
	text := strings.ToUpper(string(came))
	if len(came) == 0 && t.Ended() {
		return "it ends when a client has come and gone.\n" + t.DeathReport()
	}
	switch {
	case err != nil && len(came) == 0 && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return "it closes each connection without a word. Read a request, and answer it, before you close."
	case err != nil && len(came) == 0:
		return fmt.Sprintf("it cannot be talked to: %v", err)
	case len(came) == 0:
		return fmt.Sprintf("it accepts connections and says nothing: no answer to PING within %v.\nIs accept called? Is the reply written, and flushed?", 2*probePatience)
	case strings.HasPrefix(text, "HTTP/"), strings.Contains(text, "<!DOCTYPE"), strings.Contains(text, "<HTML"):
		return "an HTTP server answers there. Redis' protocol is another one: is this the right port?"
	case bytes.HasPrefix(came, []byte{0x15, 0x03}):
		return "it speaks TLS: the suite does not. Start it on a plain port."
	case t.Chapter == 1 && bytes.HasPrefix(came, []byte("+PONG")):
		return "it answers PING with PONG: that is more than an echo server. Grade it with UPTO=02 or later."
	case t.Chapter > 1 && string(came) == ping:
		return "it sends back what it gets: that is chapter 1. Grade it with UPTO=01."
	}
	return ""
}

// ask sends bytes on a connection of its own and returns what comes first.
func ask(addr, send string) (came []byte, err error) {
	nc, err := net.DialTimeout("tcp", addr, probePatience)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(probePatience))
	if _, err := io.WriteString(nc, send); err != nil {
		return nil, err
	}
	buf := make([]byte, 4096)
	n, err := nc.Read(buf)
	var timeout net.Error
	if n > 0 || errors.As(err, &timeout) && timeout.Timeout() {
		err = nil
	}
	return buf[:n], err
}
