// target.go: the servers that can be judged: a stage, a Redis, an address.

package conformance

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// patience is how long a wait for a server lasts before the case fails.
const patience = 15 * time.Second

// Target is a server to judge.
type Target struct {
	Name    string
	Addr    string // of the server that cases share
	Chapter int    // the chapter whose cases it is asked; 0 for all there are
	Redis   bool   // it is a Redis: cases with NotRedis are not for it

	// Launch starts another server like it. Nil where only an address is known.
	Launch func(o harness.Options) (*harness.Server, error)
	Binary string // what Launch starts; "" where only an address is known

	Patience time.Duration // for one wait; 5 s if 0

	Script *Script // where what a case says and hears is written; nil is nowhere

	named   *names // that were sent to it, where only an address is known
	shared  *harness.Server
	command *harness.Command // that starts it; nil where it is a program of this machine
}

// CommandTarget starts a server of anybody's by a line of shell.
func CommandTarget(c harness.Command, chapter int) (*Target, error) {
	t := &Target{Name: c.Name, Chapter: chapter, command: &c, Launch: c.Start}
	return t.start()
}

// takes reports whether a command takes what a case that is not core starts it with: flags that
// FLAGS= names, and nothing before them.
func (t *Target) takes(o harness.Options) bool {
	if len(o.Wrap) > 0 || o.File != "" {
		return false
	}
	for _, arg := range o.Args {
		if name, ok := strings.CutPrefix(arg, "--"); ok {
			if _, named := t.command.Flags[name]; !named {
				return false
			}
		}
	}
	return true
}

// reviving guards the shared servers of all targets: one may be started again beside cases.
var reviving sync.Mutex

// revive starts the shared server again if it has ended.
func (t *Target) revive() {
	reviving.Lock()
	defer reviving.Unlock()
	if !t.Ended() {
		return
	}
	if again, err := t.Launch(harness.Options{}); err == nil {
		t.shared.Kill() // its folder goes, too
		t.shared, t.Addr = again, again.Addr
	}
}

// dyingTime is how long a server that crashes may take to be gone.
const dyingTime = 300 * time.Millisecond

// Restart ends the shared server, if it has not ended by itself, and starts another one.
func (t *Target) Restart() error {
	reviving.Lock()
	defer reviving.Unlock()
	if t.Launch == nil {
		return fmt.Errorf("%s cannot be started again: it was not started here", t.Name)
	}
	if t.shared != nil {
		t.shared.Kill()
	}
	again, err := t.Launch(harness.Options{})
	if err == nil {
		t.shared, t.Addr = again, again.Addr
	}
	return err
}

// Ended reports whether the shared server has ended. Of an address nobody knows.
func (t *Target) Ended() bool {
	if t.shared == nil {
		return false
	}
	select {
	case <-t.shared.Exited():
		return true
	default:
		return false
	}
}

// printed is what the shared server has printed behind what it had before.
func (t *Target) printed(before string) string {
	if t.shared == nil {
		return ""
	}
	return strings.TrimPrefix(t.shared.Log(), before)
}

// DeathReport says how the shared server has ended, and what it printed last; "" if it has
// not.
func (t *Target) DeathReport() string {
	if !hasEnded(t.shared) {
		return ""
	}
	return deathReport(t.shared)
}

func deathReport(s *harness.Server) string {
	how := fmt.Sprintf("with exit code %d", s.ExitCode())
	if signal := s.EndedBy(); signal > 0 {
		how = "by the signal " + signal.String()
	}
	return "The server ended " + how + ". The last that it printed:\n" + lastWords(s.Log()) + "\n"
}

// lastWords are the last lines of a log. Where a program begins with the reason for its end,
// and goes on with where that was, they are the first of those.
func lastWords(log string) string {
	const shown, ofPanic = 12, 8
	lines := strings.Split(strings.TrimRight(log, "\n"), "\n")
	if len(lines) <= shown {
		return strings.Join(lines, "\n")
	}
	for i := range len(lines) - ofPanic {
		if reasonFirst(lines[i], lines[i+1]) {
			return strings.Join(lines[i:i+ofPanic], "\n") + "\n..."
		}
	}
	return "...\n" + strings.Join(lines[len(lines)-shown:], "\n")
}

// reasonFirst reports whether a line says why a program ends, and where follows: as in Go, Java
// and Ruby.
func reasonFirst(line, next string) bool {
	return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") ||
		strings.HasPrefix(line, "Exception in thread ") || strings.HasPrefix(next, "\tfrom ")
}

// OnlyAddress says that nothing is known of the server but where it listens.
func (t *Target) OnlyAddress() bool { return t.Launch == nil }

// OneAtATime says that the server serves a client only when the one before
// has left, so its cases cannot run beside each other. The echo server is so.
func (t *Target) OneAtATime() bool { return t.Chapter == 1 }

func (t *Target) stage() bool { return t.Binary != "" && !t.Redis }

func (t *Target) patience() time.Duration {
	if t.Patience == 0 {
		return patience
	}
	return t.Patience
}

// Close ends the shared server, if it was started here.
func (t *Target) Close() {
	if t.shared != nil {
		t.shared.Kill()
	}
}

// StageTarget builds a chapter's server and starts one for the cases to share.
func StageTarget(c chapters.Chapter) (*Target, error) {
	binary, err := harness.Build(c)
	if err != nil {
		return nil, err
	}
	return BinaryTarget(fmt.Sprintf("ch%02d", c.Number), c.Number, binary)
}

// BinaryTarget starts a server that takes a stage's flags.
func BinaryTarget(name string, chapter int, binary string) (*Target, error) {
	t := &Target{Name: name, Chapter: chapter, Binary: binary}
	t.Launch = func(o harness.Options) (*harness.Server, error) { return harness.StartBinary(name, binary, o) }
	return t.start()
}

// RedisTarget starts a redis-server, or returns harness.ErrNoRedis. It is asked
// the cases of every chapter.
func RedisTarget() (*Target, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, harness.ErrNoRedis
	}
	t := &Target{Name: "redis", Redis: true, Binary: binary, Launch: harness.StartRedis}
	return t.start()
}

func (t *Target) start() (*Target, error) {
	shared, err := t.Launch(harness.Options{})
	if err != nil {
		return nil, err
	}
	t.shared, t.Addr = shared, shared.Addr
	return t, nil
}

// AddressTarget is whatever listens on addr; it is an error that nothing does.
func AddressTarget(addr string, chapter int) (*Target, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("%q is no host:port", addr)
	}
	t := &Target{Name: addr, Addr: addr, Chapter: chapter, named: &names{}}
	if err := t.reachable(); err != nil {
		return nil, err
	}
	t.Redis = chapter > 1 && callsItselfRedis(addr)
	return t, nil
}

// reachable says why nothing answers on the target's address.
func (t *Target) reachable() error {
	conn, err := net.DialTimeout("tcp", t.Addr, patience)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Err != nil {
			err = op.Err
		}
		return fmt.Errorf("no server to reach on %s: %w", t.Addr, err)
	}
	return conn.Close()
}

// callsItselfRedis asks with INFO. A server that does not know INFO, or does
// not answer at all, is no Redis.
func callsItselfRedis(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte(wire.Command("INFO", "server"))); err != nil {
		return false
	}
	buf := make([]byte, 4096)
	n, _ := conn.Read(buf)
	return strings.Contains(string(buf[:n]), "redis_version:")
}

// RaiseFileLimit sets this process's limit of open files as high as it may
// go, for the cases with thousands of connections. Servers started afterwards
// inherit it.
func RaiseFileLimit() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur < limit.Max {
		limit.Cur = limit.Max
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	}
}

// FileLimit is how many files this process may have open.
func FileLimit() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(limit.Cur, 1<<30))
}
