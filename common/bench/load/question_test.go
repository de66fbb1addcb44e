package load

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/bench/benchtest"
)

// answering asks a responder that always answers like this.
func answering(t *testing.T, reply string) *Question {
	t.Helper()
	_, addr := benchtest.Serve(t, func(int, []string) (string, bool) { return reply, false })
	p := peerOf(addr)
	p.Patience = 200 * time.Millisecond
	q, err := p.Questions()
	require.NoError(t, err)
	t.Cleanup(q.Close)
	return q
}

func TestQuestion_ReadsAFigureOfInfo(t *testing.T) {
	const text = "# Memory\r\nused_memory_human:1M\r\nused_memory:1234\r\nmaxmemory:x\r\n"
	q := answering(t, "$"+strconv.Itoa(len(text))+"\r\n"+text+"\r\n")
	n, err := q.Info("memory", "used_memory")
	require.NoError(t, err)
	require.EqualValues(t, 1234, n)
	_, err = q.Info("memory", "maxmemory")
	require.ErrorContains(t, err, `says in INFO memory: "maxmemory:x\r\n"`)
	_, err = q.Info("memory", "used")
	require.ErrorContains(t, err, "has no used in INFO memory")
}

func TestQuestion_SaysWhatTheAnswerWas(t *testing.T) {
	for name, row := range map[string]struct {
		reply, says string
		ask         func(*Question) error
	}{
		"not as it must be":   {"-ERR no\r\n", `answered FLUSHALL with "-ERR no"`, func(q *Question) error { return q.Must("FLUSHALL", "+OK") }},
		"no number":           {"+OK\r\n", `answered DBSIZE with "+OK"`, func(q *Question) error { _, err := q.Number("DBSIZE"); return err }},
		"no digits":           {":x\r\n", `answered DBSIZE with ":x"`, func(q *Question) error { _, err := q.Number("DBSIZE"); return err }},
		"an error for a bulk": {"-ERR no\r\n", `answered INFO x with "-ERR no"`, func(q *Question) error { _, err := q.bulk("INFO x"); return err }},
		"nothing for a bulk":  {"$-1\r\n", `answered INFO x with "$-1"`, func(q *Question) error { _, err := q.bulk("INFO x"); return err }},
		"an empty line":       {"\r\n", `answered INFO x with ""`, func(q *Question) error { _, err := q.bulk("INFO x"); return err }},
		"a part of a bulk":    {"$9\r\nabc", "reading the reply to INFO x from", func(q *Question) error { _, err := q.bulk("INFO x"); return err }},
		"a bulk without end":  {"$3\r\nabc", "reading the reply to INFO x from", func(q *Question) error { _, err := q.bulk("INFO x"); return err }},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, row.ask(answering(t, row.reply)), row.says) })
	}
}
