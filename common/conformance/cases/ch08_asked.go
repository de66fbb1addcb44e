// ch08_asked.go: commands that tools and test rigs ask of any server: what time it is, whose
// replica it is, which scripts it has, when it was saved.

package cases

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

const (
	noClusterHere = "-ERR This instance has cluster support disabled\r\n"
	noReplicas    = "-ERR FAILOVER requires connected replicas.\r\n"
	notBusy       = "-NOTBUSY No scripts in execution right now.\r\n"
	aboutScript   = "-ERR SCRIPT FLUSH only support SYNC|ASYNC option\r\n"
	aboutFunction = "-ERR FUNCTION FLUSH only supports SYNC|ASYNC option\r\n"
)

func asked() list {
	logged := []string{"--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--save", ""}
	return in(8, lesson5Info, list{
		{Name: "TIME is now, in seconds and microseconds", Run: timeIsNow},
		{Name: "ROLE is that of a master without replicas", Own: true, Run: dialogue("ROLE", array(bulk("master"), zero, emptyList), "ROLE x", wrongArity("role"))},
		{Name: "WAIT of no replica answers at once, of more when its time is over", Run: waitsForReplicas},
		{Name: "WAIT in a transaction does not wait", Run: dialogue("MULTI", done, "WAIT 1 0", queued, "WAIT 3 100000", queued, "EXEC", array(zero, zero))},
		{Name: "REPLICAOF NO ONE is done, and a port must be one", Own: true, Run: dialogue(
			"REPLICAOF NO ONE", done, "slaveof no one", done, "REPLICAOF no two", "-ERR Invalid master port\r\n", "REPLICAOF host 65536", "-ERR Invalid master port\r\n", "SLAVEOF host -1", "-ERR Invalid master port\r\n", "REPLICAOF no", wrongArity("replicaof"), "ROLE", array(bulk("master"), zero, emptyList),
		)},
		{Name: "REPLICAOF another server is refused", NotRedis: "Redis becomes a replica", Own: true, Run: dialogue(
			"REPLICAOF 127.0.0.1 7000", "-ERR this server has no replication: it stays a master\r\n", "SET k v", done,
		)},
		{Name: "FAILOVER wants replicas, once its words are right", Run: dialogue(
			"FAILOVER", noReplicas, "FAILOVER ABORT", "-ERR No failover in progress.\r\n", "FAILOVER ABORT x", syntax, "FAILOVER x", syntax, "FAILOVER TO a b", noInteger, "FAILOVER TO a", syntax, "FAILOVER TO a 1", noReplicas, "FAILOVER TIMEOUT x", noInteger, "FAILOVER TIMEOUT 0", "-ERR FAILOVER timeout must be greater than 0\r\n",
			"failover timeout 5 to a 1 force", noReplicas, "FAILOVER FORCE", noReplicas, "FAILOVER FORCE FORCE", syntax, "FAILOVER TO a 1 TO b 1", syntax, "FAILOVER TIMEOUT 1 TIMEOUT 1", syntax,
		)},
		{Name: "CLUSTER and its neighbours say that there is none", Run: dialogue(
			"CLUSTER INFO", noClusterHere, "cluster help", noClusterHere, "CLUSTER KEYSLOT k", noClusterHere, "CLUSTER SLOTS", noClusterHere, "CLUSTER MEET a 1", noClusterHere, "CLUSTER SHARDS", noClusterHere, "READONLY", noClusterHere, "READWRITE", noClusterHere, "ASKING", noClusterHere,
			"CLUSTER", wrongArity("cluster"), "CLUSTER NOSUCH", unknownSub("NOSUCH", "CLUSTER"), "CLUSTER INFO x", wrongArity("cluster|info"), "READONLY x", wrongArity("readonly"),
		)},
		{Name: "there are no scripts and no functions, and they are flushed", Run: dialogue(
			"SCRIPT EXISTS a", array(zero), "SCRIPT EXISTS a b c", array(zero, zero, zero), "SCRIPT EXISTS", wrongArity("script|exists"), "SCRIPT FLUSH", done, "script flush SYNC", done, "SCRIPT FLUSH async", done, "SCRIPT FLUSH now", aboutScript, "SCRIPT FLUSH SYNC SYNC", aboutScript, "SCRIPT KILL", notBusy,
			"FUNCTION FLUSH", done, "FUNCTION FLUSH SYNC", done, "function flush ASYNC", done, "FUNCTION FLUSH now", aboutFunction, "FUNCTION FLUSH SYNC SYNC", subSyntax("FLUSH", "FUNCTION"), "FUNCTION KILL", notBusy, "FUNCTION DELETE lib", "-ERR Library not found\r\n",
			"FUNCTION LIST", emptyList, "FUNCTION LIST WITHCODE LIBRARYNAME lib", emptyList, "FUNCTION LIST LIBRARYNAME", "-ERR library name argument was not given\r\n", "FUNCTION LIST x", "-ERR Unknown argument x\r\n", "FUNCTION LIST withcode WITHCODE", "-ERR Unknown argument WITHCODE\r\n",
			"FUNCTION NOSUCH", unknownSub("NOSUCH", "FUNCTION"), "SCRIPT NOSUCH", unknownSub("NOSUCH", "SCRIPT"),
		)},
		{Name: "nothing makes a script or a function", NotRedis: "Redis has Lua", Run: dialogue(
			"EVAL return 0", unknown("EVAL", "return", "0"), "EVALSHA a 0", unknown("EVALSHA", "a", "0"), "FCALL f 0", unknown("FCALL", "f", "0"), "SCRIPT LOAD x", unknownSub("LOAD", "SCRIPT"), "FUNCTION LOAD x", unknownSub("LOAD", "FUNCTION"),
			"FUNCTION STATS", array(bulk("running_script"), nilBulk, bulk("engines"), emptyList),
		)},
		{Name: "LOLWUT tells the version", Run: dialogue("LOLWUT VERSION x", noInteger, "LOLWUT", bulk("Redis ver. 7.0.15\n"), "LOLWUT x y", bulk("Redis ver. 7.0.15\n"), "LOLWUT VERSION", bulk("Redis ver. 7.0.15\n"), "lolwut version 8 1 2 3", bulk("Redis ver. 7.0.15\n"))},
		{Name: "LASTSAVE is when the server started, and then when it was saved", Args: logged, Run: savesAreKnown},
		{Name: "SAVE brings the log to the disk", Args: logged, NotRedis: "Redis writes RDB", Run: saves},
		{Name: "BGSAVE writes all data to a new base", Args: logged, NotRedis: "Redis writes RDB", Run: savesBeside},
		{Name: "SAVE without a log is an error, BGSAVE is not", Own: true, NotRedis: "Redis writes RDB", Run: dialogue(
			"SAVE", "-ERR SAVE writes the append-only file to the disk, and appendonly is no. BGSAVE writes all data to a new one.\r\n", "BGSAVE", "+Background saving started\r\n",
		)},
		{Name: "SAVE, BGSAVE and LASTSAVE want their words", Run: dialogue("SAVE x", wrongArity("save"), "BGSAVE x", syntax, "BGSAVE SCHEDULE x", syntax, "LASTSAVE x", wrongArity("lastsave"), "MULTI", done, "SAVE", "-ERR Command not allowed inside a transaction\r\n", "DISCARD", done)},
	})
}

func timeIsNow(t *T) {
	c := t.Dial()
	words := c.Call("TIME").Strings()
	require.Len(t, words, 2)
	seconds, err := strconv.ParseInt(words[0], 10, 64)
	require.NoError(t, err)
	micros, err := strconv.ParseInt(words[1], 10, 64)
	require.NoError(t, err)
	require.InDelta(t, time.Now().Unix(), seconds, 60)
	require.True(t, micros >= 0 && micros < 1e6, words[1])
	speak(c, plain, "TIME x", wrongArity("time"))
}

func waitsForReplicas(t *T) {
	c := t.Dial()
	speak(c, plain, "WAIT 0 0", zero, "WAIT -1 0", zero, "WAIT x 0", noInteger, "WAIT 0 x", "-ERR timeout is not an integer or out of range\r\n", "WAIT 0 -1", "-ERR timeout is negative\r\n", "WAIT x -1", noInteger, "WAIT 1", wrongArity("wait"))
	began := time.Now()
	speak(c, plain, "WAIT 1 50", zero)
	require.GreaterOrEqual(t, time.Since(began), 45*time.Millisecond)
	c.Command("WAIT", "1", "0")
	c.ExpectSilence(50 * time.Millisecond)
}

func savesAreKnown(t *T) {
	c := t.Dial()
	first := c.Call("LASTSAVE").Int
	require.InDelta(t, time.Now().Unix(), first, 60)
	speak(c, plain, "SET a 1", done, "SET b 1", done)
	f := askFigures(c, "persistence")
	require.Equal(t, "2", f["rdb_changes_since_last_save"])
	require.Equal(t, first, f.number(t, "rdb_last_save_time"))
	t.Until("a later second is that of the last save", func() bool {
		c.Exchange(cmd("SAVE"), done)
		return c.Call("LASTSAVE").Int > first
	})
	require.Equal(t, "0", askFigures(c, "persistence")["rdb_changes_since_last_save"])
	speak(c, plain, "SET c 1", done, "BGSAVE", "+Background saving started\r\n")
	t.Until("the data is saved", func() bool { return askFigures(c, "persistence")["rdb_changes_since_last_save"] == "0" })
	require.Equal(t, c.Call("LASTSAVE").Int, askFigures(c, "persistence").number(t, "rdb_last_save_time"))
}

// logSize is how many bytes the log's files have.
func logSize(t *T, dir string) (size int64) {
	files, err := filepath.Glob(filepath.Join(dir, "appendonlydir", "appendonly.aof.*.aof"))
	require.NoError(t, err)
	for _, name := range files {
		info, err := os.Stat(name)
		require.NoError(t, err)
		size += info.Size()
	}
	return size
}

func saves(t *T) {
	c, dir := t.Dial(), t.Server().Dir
	c.Exchange(cmd("SET", "k", numbered(10_000))+cmd("SAVE"), done+done)
	require.Greater(t, logSize(t, dir), int64(10_000))
}

func savesBeside(t *T) {
	c := t.Dial()
	setMany(t, c, "key:", 0, 1000, 10)
	before := askFigures(c, "persistence").number(t, "aof_rewrites")
	speak(c, plain, "BGSAVE SCHEDULE", "+Background saving started\r\n")
	awaitRewrite(t, c, before)
	speak(c, plain, "MULTI", done, "BGSAVE", queued, "EXEC", array("+Background saving scheduled\r\n"))
	awaitRewrite(t, c, before+1)
	require.Equal(t, "ok", askFigures(c, "persistence")["aof_last_bgrewrite_status"])
}

// awaitRewrite waits until more rewrites have succeeded than before.
func awaitRewrite(t *T, c *conformance.Conn, before int64) {
	t.Until("the rewrite has ended", func() bool {
		f := askFigures(c, "persistence")
		return f.number(t, "aof_rewrites") > before && f["aof_rewrite_in_progress"] == "0"
	})
}
