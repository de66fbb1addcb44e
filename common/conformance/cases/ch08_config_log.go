// ch08_config_log.go: CONFIG SET appendonly yes and no, while the server runs.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// switchingLog is the append-only file that begins and ends in the middle.
func switchingLog() list {
	return in(8, lesson5Info, list{
		{Name: "CONFIG SET appendonly yes makes a log of all data", Run: beginsLog},
		{Name: "CONFIG SET appendonly yes keeps what is written while it begins", Run: writesWhileLogBegins},
		{Name: "CONFIG SET appendonly no ends the log, whole", Run: endsLog},
		{Name: "CONFIG SET appendonly yes and no, again and again", Run: switchesLogAgain},
		{Name: "CONFIG SET appendonly no behind appendonly yes leaves no log", Run: endsLogThatBegins},
		{Name: "kill -9 while the log begins leaves the earlier one, or all of it", Timeout: time.Minute, Run: killedWhileLogBegins},
		{Name: "CONFIG SET appendonly yes refuses where there can be no folder", Run: noFolderForLog},
		{Name: "CONFIG SET appendonly in a transaction", Run: switchesLogInTransaction},
		{Name: "CONFIG SET appendonly yes gives up a rewrite without a log", Run: beginsDuringRewrite},
		{Name: "CONFIG SET that fails leaves the log as it was", Run: failedSetKeepsLog},
		{Name: "CONFIG SET aof-timestamp-enabled has the time in the log", Run: timeInLog},
		{Name: "CONFIG RESETSTAT forgets the rewrites", Run: forgetsRewrites},
		{Name: "SHUTDOWN waits for the log that begins", Run: shutdownWhileLogBegins},
	})
}

// offAtFirst has no log at the start; what it will have is in commands.
var offAtFirst = []string{"--appendonly", "no", "--appendfsync", "always", "--aof-use-rdb-preamble", "no", "--enable-debug-command", "yes"}

// oneOfEachType makes keys of all types in two databases.
func oneOfEachType(c *conformance.Conn) {
	speak(
		c, plain,
		"SET s 1", done, "SET t v PXAT "+year2100+"001", done, "RPUSH l a b c", ":3\r\n", "SADD i 1 2 3", ":3\r\n", "SADD m a b c", ":3\r\n",
		"ZADD z 1 a 2 b", ":2\r\n", "HSET h a 1 b 2", ":2\r\n", "PFADD p a b", one, "SELECT 1", done, "SET s 2", done, "SELECT 0", done,
	)
}

// awaitLog waits until the log has all data.
func awaitLog(t *T, c *conformance.Conn) {
	t.Until("the log has all data", func() bool {
		f := askFigures(c, "persistence")
		return f["aof_enabled"]+f["aof_rewrite_in_progress"]+f["aof_rewrite_scheduled"] == "100"
	})
}

// digestAfterKill expects that the data is the same when the server was killed, and another
// one has loaded its log.
func (d *disk) digestAfterKill(s *harness.Server, c *conformance.Conn) (*harness.Server, *conformance.Conn) {
	before := c.Call("DEBUG", "DIGEST").Text
	s.Kill()
	s, c = d.start("--appendonly", "yes")
	require.Equal(d.t, before, c.Call("DEBUG", "DIGEST").Text, "the data after kill -9 and a restart")
	return s, c
}

func beginsLog(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	oneOfEachType(c)
	speak(c, plain, "CONFIG GET appendonly", bulks("appendonly no"), "CONFIG SET appendonly yes", done, "CONFIG GET appendonly", bulks("appendonly yes"), "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	require.Equal(t, "1", askFigures(c, "persistence")["aof_rewrites"])
	speak(c, plain, "APPEND s 2", two, "LPOP l", bulk("a"), "DEL m", one)
	s, c = d.digestAfterKill(s, c)
	speak(c, plain, "SET again 1", done)
	d.digestAfterKill(s, c)
}

func writesWhileLogBegins(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	const n = 20_000
	fillMany(t, c, n)
	c.Exchange(cmd("CONFIG", "SET", "appendonly", "yes"), done)
	for i := range 2000 {
		key := strconv.Itoa(i * 7919 % n)
		switch i % 4 {
		case 0:
			c.Send(cmd("SET", key, "new"))
		case 1:
			c.Send(cmd("DEL", key))
		case 2:
			c.Send(cmd("RPUSH", "list", key))
		case 3:
			c.Send(cmd("INCR", "counter"))
		}
		c.Reply()
		if i == 1000 {
			c.Exchange(cmd("CONFIG", "GET", "appendonly"), bulks("appendonly yes"))
		}
	}
	awaitLog(t, c)
	speak(c, plain, "SET last 1", done)
	d.digestAfterKill(s, c)
}

// fillMany sets n keys.
func fillMany(t *T, c *conformance.Conn, n int) {
	requests, replies := manySets(0, n)
	t.Go(func() { c.Send(requests) })
	c.Expect(replies)
	t.Wait()
}

func endsLog(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start("--appendonly", "yes")
	oneOfEachType(c)
	before := c.Call("DEBUG", "DIGEST").Text
	speak(c, plain, "CONFIG SET appendonly no", done, "CONFIG GET appendonly", bulks("appendonly no"), "SET after 1", done, "FLUSHALL", done, "CONFIG SET appendonly no", done)
	f := askFigures(c, "persistence")
	require.Equal(t, "0", f["aof_enabled"])
	require.NotContains(t, f, "aof_current_size")
	s.Kill()
	_, c = d.start("--appendonly", "yes")
	require.Equal(t, before, c.Call("DEBUG", "DIGEST").Text)
}

func switchesLogAgain(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	oneOfEachType(c)
	for i := range 5 {
		speak(c, plain, fmt.Sprintf("SET %d before", i), done, "CONFIG SET appendonly yes", done, fmt.Sprintf("SET %d during", i), done)
		awaitLog(t, c)
		speak(c, plain, fmt.Sprintf("SET %d after", i), done, "RPUSH l x", integer(int64(4+2*i)))
		if i == 3 {
			s, c = d.digestAfterKill(s, c)
		}
		speak(c, plain, "CONFIG SET appendonly no", done, "RPUSH l y", integer(int64(5+2*i)))
	}
	speak(c, plain, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	d.digestAfterKill(s, c)
	require.Len(t, d.names(), 3, "the files of earlier logs are gone")
}

func endsLogThatBegins(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	fillMany(t, c, 5000)
	c.Exchange(strings.Repeat(cmd("CONFIG", "SET", "appendonly", "yes")+cmd("INCR", "n")+cmd("CONFIG", "SET", "appendonly", "no"), 3), done+one+done+done+two+done+done+":3\r\n"+done)
	t.Until("nothing goes on", func() bool {
		f := askFigures(c, "persistence")
		return f["aof_enabled"]+f["aof_rewrite_in_progress"]+f["aof_rewrite_scheduled"] == "000"
	})
	speak(c, plain, "SET after 1", done, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	d.digestAfterKill(s, c)
}

// killedWhileLogBegins kills at a moment of chance: what is loaded then is the earlier log,
// or a log with all data of when the new one had begun.
func killedWhileLogBegins(t *T) {
	for round := range 4 {
		d := newDisk(t, offAtFirst...)
		s, c := d.start("--appendonly", "yes")
		speak(c, plain, "SET earlier 1", done, "CONFIG SET appendonly no", done)
		fillMany(t, c, 20_000)
		all := c.Call("DBSIZE").Int
		c.Exchange(cmd("CONFIG", "SET", "appendonly", "yes"), done)
		for i := range 300 * round {
			c.Exchange(cmd("SET", "during", strconv.Itoa(i)), done)
		}
		s.Kill()
		s, c = d.start("--appendonly", "yes")
		if n := c.Call("DBSIZE").Int; n != 1 {
			require.GreaterOrEqual(t, n, all, "it is all, or the earlier one")
		}
		speak(c, plain, "GET earlier", bulk("1"))
		speak(c, plain, "CONFIG SET appendonly no", done, "SET more 1", done, "CONFIG SET appendonly yes", done)
		awaitLog(t, c)
		d.digestAfterKill(s, c)
	}
}

func noFolderForLog(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	oneOfEachType(c)
	inTheWay := filepath.Join(d.path, "appendonlydir")
	require.NoError(t, os.WriteFile(inTheWay, nil, 0o644))
	speak(c, plain, "CONFIG SET hz 20 appendonly yes", setFailed("appendonly", "Unable to turn on AOF. Check server logs."), "CONFIG GET appendonly", bulks("appendonly no"), "CONFIG GET hz", bulks("hz 10"), "SET x 1", done)
	require.Equal(t, "0", askFigures(c, "persistence")["aof_enabled"])
	require.NoError(t, os.Remove(inTheWay))
	speak(c, plain, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	d.digestAfterKill(s, c)
}

func switchesLogInTransaction(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	speak(
		c, plain, "MULTI", done, "SET a 1", queued, "CONFIG SET appendonly yes", queued, "SET b 1", queued, "EXEC", array(done, done, done),
		"SET c 1", done,
	)
	awaitLog(t, c)
	s, c = d.digestAfterKill(s, c)
	speak(c, plain, "MULTI", done, "CONFIG SET appendonly no", queued, "CONFIG SET appendonly yes", queued, "SET d 1", queued, "EXEC", array(done, done, done))
	awaitLog(t, c)
	s, c = d.digestAfterKill(s, c)
	speak(c, plain, "MULTI", done, "SET e 1", queued, "CONFIG SET appendonly no", queued, "EXEC", array(done, done), "CONFIG GET appendonly", bulks("appendonly no"), "SET f 1", done)
	s.Kill()
	_, c = d.start("--appendonly", "yes")
	// Redis logs a transaction at its end, when there is no log any more; e may be there.
	speak(c, plain, "MGET a b c d f", array(bulk("1"), bulk("1"), bulk("1"), bulk("1"), nilBulk))
}

func beginsDuringRewrite(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	fillMany(t, c, 20_000)
	c.Exchange(cmd("BGREWRITEAOF")+cmd("CONFIG", "SET", "appendonly", "yes")+cmd("INCR", "n"), rewriting+done+one)
	awaitLog(t, c)
	speak(c, plain, "INCR n", two)
	d.digestAfterKill(s, c)
}

func failedSetKeepsLog(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start("--appendonly", "yes")
	oneOfEachType(c)
	for _, pairs := range []string{"appendonly no maxclients 0", "maxclients 0 appendonly no", "appendonly no nosuch 1", "appendonly no databases 3", "appendonly no hz x"} {
		require.True(t, c.Call(append([]string{"CONFIG", "SET"}, strings.Fields(pairs)...)...).IsError())
		speak(c, plain, "CONFIG GET appendonly", bulks("appendonly yes"), "INCR n", integer(c.Call("INCR", "n").Int+1))
	}
	require.Equal(t, "0", askFigures(c, "persistence")["aof_rewrites"], "it went on")
	d.digestAfterKill(s, c)
}

// shutdownWhileLogBegins asks for the end at once: the data is nowhere else yet.
func shutdownWhileLogBegins(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start()
	fillMany(t, c, 50_000)
	digest := c.Call("DEBUG", "DIGEST").Text
	const stays = "-ERR Errors trying to SHUTDOWN. Check logs.\r\n"
	c.Exchange(cmd("CONFIG", "SET", "appendonly", "yes")+cmd("SHUTDOWN")+cmd("SHUTDOWN", "NOSAVE"), done+stays+stays)
	awaitLog(t, c)
	c.Send(cmd("SHUTDOWN"))
	c.ExpectClosed()
	<-s.Exited()
	require.Zero(t, s.ExitCode(), s.Log())
	_, c = d.start("--appendonly", "yes")
	require.Equal(t, digest, c.Call("DEBUG", "DIGEST").Text)
}

// timeInLog has annotations in it, and yet is loaded.
func timeInLog(t *T) {
	d := newDisk(t, offAtFirst...)
	s, c := d.start("--appendonly", "yes")
	speak(c, plain, "SET a 1", done)
	require.NotContains(t, d.read(incr1), "#TS:")
	before := time.Now().Unix()
	speak(c, plain, "CONFIG SET aof-timestamp-enabled yes", done, "SET b 1", done, "MULTI", done, "SET c 1", queued, "SET d 1", queued, "EXEC", array(done, done), "SELECT 1", done, "SET e 1", done)
	first := d.read(incr1)
	at := strings.Index(first, "#TS:")
	require.GreaterOrEqual(t, at, 0)
	digits, _, found := strings.Cut(first[at+len("#TS:"):], "\r\n")
	require.True(t, found)
	second, err := strconv.ParseInt(digits, 10, 64)
	require.NoError(t, err)
	require.GreaterOrEqual(t, second, before)
	require.LessOrEqual(t, second, time.Now().Unix())
	t.Until("the next second has an annotation of its own", func() bool {
		speak(c, plain, "SET f 1", done)
		return strings.Count(d.read(incr1), "#TS:") > 1
	})
	d.digestAfterKill(s, c)
}

func forgetsRewrites(t *T) {
	d := newDisk(t, offAtFirst...)
	_, c := d.start()
	speak(c, plain, "SADD s a b c", ":3\r\n", "FLUSHALL ASYNC", done, "CONFIG SET appendonly yes", done)
	awaitLog(t, c)
	require.Equal(t, "1", askFigures(c, "persistence")["aof_rewrites"])
	speak(c, plain, "CONFIG RESETSTAT", done)
	require.Equal(t, "0", askFigures(c, "persistence")["aof_rewrites"])
	require.Equal(t, "0", askFigures(c, "memory")["lazyfreed_objects"])
}
