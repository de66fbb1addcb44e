// facts.go: what the engine and its commands ask of the server around them.

package engine

import (
	"time"

	"redis-internals/ch08/internal/config"
)

// Server is what commands need of the server around the engine.
type Server interface {
	Facts() Facts
	ResetStats()
	// ConfigChanged is told which options have new values. If one of them cannot
	// hold it says which, and why: then all get the old ones back.
	ConfigChanged(names []string) (refused string, err error)
	// WakeAt makes Engine.TimeOut be called at a time in Unix milliseconds, or before.
	WakeAt(ms int64)
	// Peer is the address of a client's other end.
	Peer(c *Client) string
	// ReplyBuffer lends an empty buffer to a client that has none: it is given back when it is
	// sent.
	ReplyBuffer() []byte

	// LargerBuffer takes a buffer that it has lent, and returns one with the same bytes and
	// room for n more, if it has one that nobody uses; else the same.
	LargerBuffer(b []byte, n int) []byte
	// Clients are all that are connected, in the order in which they came. O(n log n).
	Clients() []*Client
	// Client is the one with an ID; nil if there is none.
	Client(id int64) *Client
	// Connection is what is known of a client's.
	Connection(c *Client) Connection
	// Disconnect closes a client's at once. Its command must not be running.
	Disconnect(c *Client)
	// Log writes a line to the server's log, at the level warning.
	Log(line string)
	// Shutdown begins the server's end. The error is why it must stay.
	Shutdown(how config.Shutdown) error
}

// Facts are what only the server knows, for INFO.
type Facts struct {
	PID                       int
	RunID, Executable, System string
	Supervised                string // by whom; "no" by nobody
	Started                   time.Time
	Connections               int   // now
	Accepted, Rejected        int64 // connections, since the start
	EvictedClients            int64 // that were closed since all took too much
	LongestQuery              int   // bytes that wait for one client
	LongestReply              int
	BytesIn, BytesOut         int64
	Reads, Writes             int64   // system calls on connections
	OpsPerSecond              int64   // of late, as the three that follow
	KilobytesIn, KilobytesOut float64 // a second
	PeakMemory                int64   // bytes that were in use at most
	StartMemory               int64   // and when the server was ready
	Resident, SystemMemory    int64   // bytes
	CPUSystem, CPUUser        float64 // seconds
	ExpireMilliseconds        int64   // that the cycle of expiry has taken
}
