// ch04_aof_log.go: what stands in the append-only file.

package cases

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// aofLog is what stands in the append-only file.
func aofLog() list {
	rows := list{
		{Name: "without appendonly nothing is written to the disk", Run: writesNothing},
		{Name: "a fresh log is a base, an incremental file and a manifest", Run: freshLog},
		{Name: "appenddirname and appendfilename name the log", Run: namedOtherwise},
		{Name: "a write stands in the log before its reply comes", Run: writtenBeforeReply},
		{Name: "with appendfsync everysec a write reaches the log soon, without another", Run: writtenSoon},
		{Name: "an expired key that is found is logged as DEL", Run: foundExpiredIsLogged},
		{Name: "keys that expire unasked are logged as DEL", Run: cycleIsLogged},
		{Name: "evicted keys are logged as DEL", NotRedis: ownMaxkeys, Until: 4, Run: evictionIsLogged},
		{Name: "redis-check-aof finds the log sound", Run: checkedByRedis},
	}
	for _, r := range []struct{ does, steps, want string }{
		{"SET as it came", "SET k v; SET k w", "SET k v; SET k w"},
		{"SET EX as PXAT", "SET k v EX 100", "SET k v PXAT +100s"},
		{"SET PX as PXAT", "SET k v px 100000", "SET k v PXAT +100s"},
		{"SET EXAT as PXAT", "SET k v EXAT " + year2100, "SET k v PXAT " + year2100 + "000"},
		{"SET PXAT as it came", "SET k v PXAT " + year2100 + "001", "SET k v PXAT " + year2100 + "001"},
		{"SET KEEPTTL as it came", "SET k v EX 100; SET k w KEEPTTL", "SET k v PXAT +100s; SET k w KEEPTTL"},
		{"SET GET without GET", "SET k v GET; SET k w EX 100 GET", "SET k v; SET k w PXAT +100s"},
		{"SET NX with a time as SET PXAT", "SET k v NX EX 100", "SET k v PXAT +100s"},
		{"EXPIRE as PEXPIREAT", "SET k v; EXPIRE k 100", "SET k v; PEXPIREAT k +100s"},
		{"PEXPIRE as PEXPIREAT", "SET k v; PEXPIRE k 100000", "SET k v; PEXPIREAT k +100s"},
		{"EXPIREAT as PEXPIREAT", "SET k v; EXPIREAT k " + year2100, "SET k v; PEXPIREAT k " + year2100 + "000"},
		{"PEXPIREAT as it came", "SET k v; PEXPIREAT k " + year2100 + "001", "SET k v; PEXPIREAT k " + year2100 + "001"},
		{"EXPIRE with a time that is past as DEL", "SET k v; EXPIRE k -1; SET k v; PEXPIREAT k 1", "SET k v; DEL k; SET k v; DEL k"},
		{"PERSIST as it came", "SET k v EX 100; PERSIST k", "SET k v PXAT +100s; PERSIST k"},
		{"DEL and UNLINK as they came", "SET a 1; SET b 2; SET c 3; DEL a nosuch; UNLINK b c b", "SET a 1; SET b 2; SET c 3; DEL a nosuch; UNLINK b c b"},
		{"FLUSHALL and FLUSHDB as they came", "SET k v; FLUSHALL; SET k v; FLUSHDB; SET k v; FLUSHALL ASYNC", "SET k v; FLUSHALL; SET k v; FLUSHDB; SET k v; FLUSHALL ASYNC"},
	} {
		rows = append(rows, conformance.Case{Name: "the log has " + r.does, Run: logs(r.steps, r.want)})
	}
	for _, request := range []string{
		"GET k", "GET nosuch", "EXISTS k nosuch", "TTL k", "TYPE k", "KEYS *", "DBSIZE", "PING", "nosuch", "SET k", "SET k w FOO", "SET k w EX 0",
		"SET k w NX", "SET k w NX GET", "SET nosuch w XX", "SET nosuch w XX GET", "DEL nosuch", "UNLINK nosuch nosuch", "EXPIRE nosuch 100", "EXPIRE nosuch -1",
		"EXPIRE k 100 XX", "EXPIRE k x", "PEXPIREAT t 1 NX", "EXPIRE t 1 GT", "PERSIST k", "PERSIST nosuch",
	} {
		rows = append(rows, conformance.Case{Name: "the log grows by nothing for " + request, Run: logsNothing(request)})
	}
	return in(4, lesson4AOF, rows)
}

// logsNothing sends what changes nothing to a server with the keys k and t, the
// second of which has a TTL.
func logsNothing(request string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		_, c := d.start()
		speak(c, plain, "SET k v", done, "SET t v EX 10000", done)
		before := d.read(incr1)
		c.Call(strings.Fields(request)...)
		require.Equal(t, before, d.read(incr1))
		speak(c, plain, "SET k v", done)
		require.Greater(t, len(d.read(incr1)), len(before), "a write is logged")
	}
}

func writesNothing(t *T) {
	d := newDisk(t, "--appendonly", "no")
	s, c := d.start()
	speak(c, plain, "SET k v", done, "SET t v EX 100", done, "DEL k", one)
	entries, err := os.ReadDir(d.path)
	require.NoError(t, err)
	require.Empty(t, entries)
	s.Kill()
	_, c = d.start()
	speak(c, plain, "DBSIZE", zero)
}

func freshLog(t *T) {
	d := newDisk(t)
	d.start()
	require.Equal(t, []string{base1, incr1, manifest}, d.names())
	require.Equal(t, named1, d.read(manifest))
	require.Empty(t, d.read(base1))
	require.Empty(t, d.read(incr1))
}

func namedOtherwise(t *T) {
	d := newDisk(t)
	args := []string{"--appenddirname", "some dir", "--appendfilename", "some.log"}
	s, c := d.start(args...)
	speak(c, plain, "SET k v", done)
	folder := filepath.Join(d.path, "some dir")
	text, err := os.ReadFile(filepath.Join(folder, "some.log.manifest"))
	require.NoError(t, err)
	require.Equal(t, "file some.log.1.base.aof seq 1 type b\nfile some.log.1.incr.aof seq 1 type i\n", string(text))
	log, err := os.ReadFile(filepath.Join(folder, "some.log.1.incr.aof"))
	require.NoError(t, err)
	require.Equal(t, []string{"SET k v"}, records(t, string(log)))
	s.Kill()
	_, c = d.start(args...)
	speak(c, plain, "GET k", bulk("v"))
}

// writtenBeforeReply looks into the file after each reply, and after that to a
// whole pipeline.
func writtenBeforeReply(t *T) {
	for _, policy := range []string{"always", "no"} {
		d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", policy)
		_, c := d.start()
		var want []string
		for i := range 20 {
			request := "SET k" + strconv.Itoa(i) + " v"
			speak(c, plain, request, done)
			want = append(want, request)
			require.Equal(t, want, records(t, d.read(incr1)), policy)
		}
		c.Exchange(strings.Repeat(cmd("SET", "k", "v"), 1000), strings.Repeat(done, 1000))
		require.Len(t, records(t, d.read(incr1)), 1020, policy)
	}
}

func writtenSoon(t *T) {
	d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", "everysec")
	s, c := d.start()
	for i := range 3 {
		// The second write may come while the first is being synced.
		speak(c, plain, "SET k "+strconv.Itoa(i), done, "SET l "+strconv.Itoa(i), done)
		t.Until("both writes are in the log", func() bool { return strings.Count(d.read(incr1), "SET") == 2*(i+1) })
	}
	d.afterKill(s, c)
}

func foundExpiredIsLogged(t *T) {
	for _, request := range []string{"GET k", "EXISTS k", "SET k w", "DEL k", "TTL k", "EXPIRE k 100"} {
		d := newDisk(t)
		_, c := d.start()
		speak(c, plain, "SET k v PX 20", done)
		passes(t, time.Now().UnixMilli()+20)
		c.Call(strings.Fields(request)...)
		log := records(t, d.read(incr1))
		if strings.HasPrefix(request, "SET") {
			require.Equal(t, []string{"DEL k", "SET k w"}, log[1:], request)
		} else {
			require.Equal(t, []string{"DEL k"}, log[1:], request)
		}
	}
}

func cycleIsLogged(t *T) {
	d := newDisk(t)
	_, c := d.start()
	want := []string{"SET stays v"}
	speak(c, plain, want[0], done)
	for i := range 50 {
		k := strconv.Itoa(i)
		speak(c, plain, "SET "+k+" v PX 20", done)
		want = append(want, "DEL "+k)
	}
	awaitSize(t, c, 1)
	var got []string
	for _, r := range records(t, d.read(incr1)) {
		if !strings.Contains(r, "PXAT") {
			got = append(got, r)
		}
	}
	require.ElementsMatch(t, want, got)
}

func evictionIsLogged(t *T) {
	d := newDisk(t)
	ten := []string{"--maxkeys", "10"}
	s, c := d.start(ten...)
	setKeys(c, plain, 0, 30)
	var deleted []string
	for _, r := range records(t, d.read(incr1)) {
		if name, ok := strings.CutPrefix(r, "DEL "); ok {
			deleted = append(deleted, name)
		}
	}
	require.Len(t, deleted, 20)
	require.Equal(t, []string{"0", "19"}, []string{deleted[0], deleted[19]})
	s.Kill()
	s, c = d.start(ten...)
	expectKeys(c, plain, 20, 30)
	setKeys(c, plain, 30, 33)
	expectKeys(c, plain, 23, 33)
	s.Kill()
	_, c = d.start() // without a limit: what was evicted is gone all the same
	expectKeys(c, plain, 23, 33)
}

func checkedByRedis(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET a 1", done, "SET b 2 EX 1000", done, "EXPIRE a 1000", one, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	speak(c, plain, "SET c 3", done, "DEL a", one)
	s.Kill()
	code, output := t.Command("redis-check-aof", "", d.file(manifest))
	require.Zero(t, code, "%s", output)
	require.Contains(t, output, "All AOF files and manifest are valid")
}
