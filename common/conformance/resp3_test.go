// resp3_test.go: what the cases say, said again in RESP3, to the stage and to redis-server,
// which must answer alike.
//
// The cases expect RESP2. When one has passed, its script is played to two other servers,
// whose clients begin with HELLO 3, and each reply is compared: type by type, and value by
// value where that is the same each time. So whatever a case tries is tried in both
// protocols, and no case says anything twice.
package conformance_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
)

// firstWithRESP3 is the chapter that brings it.
const firstWithRESP3 = 8

// encore plays scripts again, to a stage and to the oracle.
type encore struct{ stage, oracle *conformance.Target }

// newEncore is nil where there is nothing to compare with.
func newEncore(t *testing.T, stage *conformance.Target) *encore {
	t.Helper()
	oracle, err := conformance.RedisTarget()
	if err != nil {
		return nil
	}
	t.Cleanup(oracle.Close)
	other, err := conformance.BinaryTarget(stage.Name, stage.Chapter, stage.Binary)
	require.NoError(t, err)
	t.Cleanup(other.Close)
	return &encore{other, oracle}
}

// wholeEncore is the long form: cases with servers of their own get two more.
var wholeEncore = flag.Bool("encore", false, "play the scripts of cases with servers of their own in RESP3, too")

// plays says whether a case's script is played again.
func (e *encore) plays(c conformance.Case) bool {
	own := c.Own || len(c.Args)+len(c.Wrap) > 0
	return e != nil && c.NotRedis == "" && c.StageOnly == "" && (!own || *wholeEncore)
}

// of is the encore with servers as the case wants them.
func (e *encore) of(t *testing.T, c conformance.Case) *encore {
	t.Helper()
	if !c.Own && len(c.Args)+len(c.Wrap) == 0 {
		return e
	}
	own := *e
	for _, target := range []**conformance.Target{&own.stage, &own.oracle} {
		server, err := (*target).Launch(harness.Options{Args: c.Args, Wrap: c.Wrap})
		require.NoError(t, err)
		t.Cleanup(server.Kill)
		copied := **target
		copied.Addr = server.Addr
		*target = &copied
	}
	return &own
}

// duet is one connection of a script, to both servers.
type duet struct {
	conns    [2]net.Conn
	readers  [2]*bufio.Reader
	came     string   // in RESP2, and not yet heard here
	requests []string // sent and not answered: their names
	raw      string   // of a request that is not whole
	loose    *bool    // chance or the clock has changed something: from now on only types are compared
}

// play says a script again.
func (e *encore) play(t *testing.T, steps []conformance.Step) {
	t.Helper()
	duets, loose := map[int]*duet{}, false
	defer func() {
		for _, d := range duets {
			d.close()
		}
	}()
	control := e.dial(t)
	defer control.close()
	began := time.Now()
	for i, step := range steps {
		if loose { // what was over then is to be over now
			time.Sleep(time.Until(began.Add(step.At)))
		}
		d := duets[step.Conn]
		if d == nil {
			d = e.dial(t)
			d.loose = &loose
			d.call(t, wire.Command("HELLO", "3"))
			duets[step.Conn] = d
		}
		switch {
		case step.Closed:
			d.close()
		case step.Sent != "":
			loose = loose || changesByChance(strings.ToLower(strings.Join(strings.Fields(step.Sent), " ")))
			d.say(step.Sent)
			if i+1 < len(steps) && steps[i+1].Came == "" { // what another connection says next is to come later
				control.call(t, wire.Command("PING"))
			}
		default:
			if !d.hear(t, step.Came) {
				return
			}
		}
	}
}

func (e *encore) dial(t *testing.T) *duet {
	t.Helper()
	d := &duet{}
	for i, target := range []*conformance.Target{e.stage, e.oracle} {
		conn, err := net.Dial("tcp", target.Addr)
		require.NoError(t, err)
		d.conns[i], d.readers[i] = conn, bufio.NewReader(conn)
	}
	return d
}

func (d *duet) close() {
	for _, conn := range d.conns {
		_ = conn.Close()
	}
}

// call says something that is answered by one reply, and does not compare it.
func (d *duet) call(t *testing.T, request string) {
	t.Helper()
	d.send(request)
	for i := range d.conns {
		_, err := d.read(i)
		require.NoError(t, err)
	}
}

func (d *duet) send(bytes string) {
	for _, conn := range d.conns {
		_, _ = conn.Write([]byte(bytes)) // a server may have closed it, which the script says
	}
}

func (d *duet) read(i int) (wire.Value, error) {
	_ = d.conns[i].SetReadDeadline(time.Now().Add(15 * time.Second))
	return wire.Read(d.readers[i])
}

// say sends bytes, and notes which commands they are.
func (d *duet) say(bytes string) {
	d.send(bytes)
	d.raw += bytes
	for d.raw != "" {
		r := strings.NewReader(d.raw)
		b := bufio.NewReader(r)
		name := ""
		if d.raw[0] == '*' {
			request, err := wire.Read(b)
			if err != nil {
				return
			}
			name = strings.Join(request.Strings(), " ")
		} else {
			line, err := b.ReadString('\n')
			if err != nil {
				return
			}
			name = strings.TrimSpace(line)
		}
		if name != "" {
			d.requests = append(d.requests, name)
		}
		d.raw = d.raw[len(d.raw)-r.Len()-b.Buffered():]
	}
}

// hear compares as many replies as came in RESP2. It is false if what came is no RESP.
func (d *duet) hear(t *testing.T, came string) bool {
	t.Helper()
	d.came += came
	for d.came != "" {
		r := strings.NewReader(d.came)
		b := bufio.NewReader(r)
		_, err := wire.Read(b)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return true
		}
		if err != nil {
			return false
		}
		d.came = d.came[len(d.came)-r.Len()-b.Buffered():]
		name := "(a message)"
		if len(d.requests) > 0 {
			name, d.requests = d.requests[0], d.requests[1:]
		}
		stage, errStage := d.read(0)
		oracle, errOracle := d.read(1)
		if errOracle != nil && errStage != nil {
			return false // the script depends on what was before it, in both
		}
		require.NoError(t, errOracle, "redis-server does not answer %q in RESP3", name)
		require.NoError(t, errStage, "no reply to %q in RESP3; redis-server's is %s", name, differential.Bytes(oracle))
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "client setinfo") || strings.Contains(name, " port ") {
			return false // a later Redis' command, which ours has; a port that two servers cannot both have
		}
		if !sameInRESP3(name, stage, oracle) && !(*d.loose && (stage.Null || oracle.Null || sameTypes(stage, oracle))) {
			t.Fatalf("different replies in RESP3 to %.200q\nstage: %s\nredis: %s", name, shown(stage), shown(oracle))
		}
	}
	return true
}

func shown(v wire.Value) string {
	s := fmt.Sprintf("%q", differential.Bytes(v))
	return s[:min(len(s), 2000)]
}

// vary are the commands of which only the reply's types are the same each time.
var vary = []string{
	"srandmember", "hrandfield", "zrandmember", "randomkey", "spop", "scan", "sscan", "hscan", "zscan", "keys", "ttl", "pttl",
	"expiretime", "pexpiretime", "time", "lastsave", "object", "exec", "client", "hello", "memory", "debug",
	"georadius", "geosearch", "sort", "hkeys", "hvals", "hgetall", "role", "pfdebug", "dbsize", "pubsub",
}

// ours are those that tell of the server itself, whose replies need only be of one type.
var ours = []string{"info", "command", "config", "lolwut", "memory", "debug", "client", "hello", "acl", "slowlog", "latency"}

func sameInRESP3(request string, a, b wire.Value) bool {
	name, more, _ := strings.Cut(request, " ")
	switch {
	case reflect.DeepEqual(inOrder(a), inOrder(b)), isMonitored(a) && isMonitored(b):
		return true
	case slices.Contains(ours, name) || more == "help":
		return a.Kind == b.Kind && a.Null == b.Null
	case slices.Contains(vary, name):
		return sameTypes(a, b)
	}
	return false
}

// changesByChance says whether what is there after a request, in lower case, depends on
// chance, or on when it is looked at.
func changesByChance(request string) bool {
	return slices.ContainsFunc(strings.Fields(request), func(word string) bool {
		return slices.Contains([]string{"spop", "px", "ex", "exat", "pxat", "setex", "psetex"}, word) ||
			strings.HasPrefix(word, "expire") || strings.HasPrefix(word, "pexpire")
	})
}

// isMonitored says whether a reply is a line of MONITOR's, which begins with the time.
func isMonitored(v wire.Value) bool {
	return v.Kind == '+' && strings.HasSuffix(v.Text, "\"") && strings.Contains(v.Text, " [")
}

// inOrder is a reply whose sets are in an order.
func inOrder(v wire.Value) wire.Value {
	if len(v.Elems) == 0 {
		return v
	}
	v.Elems = slices.Clone(v.Elems)
	for i := range v.Elems {
		v.Elems[i] = inOrder(v.Elems[i])
	}
	if v.Kind == '~' {
		slices.SortFunc(v.Elems, func(a, b wire.Value) int { return strings.Compare(a.Text, b.Text) })
	}
	return v
}

// sameTypes says whether two replies are of the same types, all through; of lists of
// different lengths as far as both go.
func sameTypes(a, b wire.Value) bool {
	if a.Kind != b.Kind || a.Null != b.Null {
		return false
	}
	for i := range min(len(a.Elems), len(b.Elems)) {
		if !sameTypes(a.Elems[i], b.Elems[i]) {
			return false
		}
	}
	return true
}
