// ch04_aof_load.go: logs that somebody else wrote, or that a crash has torn.

package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
)

// aofLoad is logs that somebody else wrote, or that a crash has torn.
func aofLoad() list {
	return in(4, lesson4AOF, list{
		{Name: "a log with SELECT 0, as Redis writes it, is loaded", Run: loads(cmd("SELECT", "0")+cmd("SET", "a", "1")+cmd("select", "0")+cmd("SET", "b", "2"), entry{"a", "1", -1}, entry{"b", "2", -1})},
		{Name: "annotations in a log are passed over", Run: loads("#TS:1700000000\r\n"+cmd("SET", "a", "1")+"#TS:1700000001\r\n#\r\n# any words\r\n"+cmd("SET", "b", "#TS:1\r\n")+"#TS:1700000002\r\n", entry{"a", "1", -1}, entry{"b", "#TS:1\r\n", -1})},
		{Name: "MULTI and EXEC in a log are executed", Run: loads(cmd("MULTI")+cmd("SET", "a", "1")+cmd("SET", "a", "2")+cmd("SET", "b", "2")+cmd("EXEC")+cmd("multi")+cmd("DEL", "b")+cmd("exec"), entry{"a", "2", -1})},
		{Name: "commands in a log may be in any case", Run: loads(cmd("sEt", "a", "1")+cmd("pexpireat", "a", year2100+"001"), entry{"a", "1", 4102444800001})},
		{Name: "all commands that a log may hold are loaded", Run: loads(
			cmd("SET", "a", "1", "EX", "1000", "NX")+cmd("PERSIST", "a")+cmd("SET", "b", "1")+cmd("EXPIREAT", "b", year2100)+cmd("SET", "c", "1")+cmd("UNLINK", "c", "d")+
				cmd("SET", "e", "1", "GET", "PXAT", year2100+"001")+cmd("GET", "e")+cmd("PEXPIREAT", "nosuch", "1"),
			entry{"a", "1", -1}, entry{"b", "1", 4102444800000}, entry{"e", "1", 4102444800001},
		)},
		{Name: "a log of several incremental files is loaded in their order", Run: loadsInOrder},
		{Name: "files that the manifest does not name are not loaded", Run: loadsOnlyNamed},
		{Name: "a manifest may have comments and more words", Run: manifestWithComments},
		{Name: "the single file of an older Redis is taken over", Run: takesOverOldFile},
		{Name: "a log that ends in half a command is cut off there, wherever it is", Run: cutsTail},
		{Name: "a log that ends in a transaction without EXEC is cut off before it", Run: cutsTransaction(
			cmd("MULTI"), cmd("MULTI")+cmd("SET", "b", "3"), cmd("MULTI")+cmd("SET", "b", "3")+cmd("DEL", "b"),
		)},
		{Name: "a log that ends in half a command of a transaction is cut off before that", NotRedis: "it leaves the transaction's beginning in the log, and what is written behind it is lost", Run: cutsTransaction(
			cmd("MULTI")[:5], cmd("MULTI")+cmd("SET", "b", "3")+torn[:20], cmd("MULTI")+cmd("SET", "b", "3")+cmd("EXEC")[:10],
		)},
		{Name: "what is written after a cut is kept", Run: writesAfterCut},
		{Name: "a long torn command is cut off", Run: cutsLongCommand},
		{Name: "with aof-load-truncated no a torn log is refused by name", Run: tornIsRefused},
		{Name: "with aof-load-truncated no a torn log is refused with the offset", StageOnly: "Redis names the file only", Run: tornOffset},
	})
}

func loadsInOrder(t *T) {
	d := newDisk(t)
	d.write("b", cmd("SET", "a", "base")+cmd("SET", "b", "base")+cmd("SET", "c", "base"))
	d.write("i9", cmd("SET", "a", "9")+cmd("SET", "b", "9"))
	d.write("i10", cmd("SET", "a", "10"))
	d.write(manifest, "file b seq 3 type b\nfile i9 seq 9 type i\nfile i10 seq 10 type i\n")
	s, c := d.start()
	want := []entry{{"a", "10", -1}, {"b", "9", -1}, {"c", "base", -1}}
	require.Equal(t, want, dump(c))
	speak(c, plain, "SET d 1", done)
	require.Contains(t, d.read("i10"), cmd("SET", "d", "1"), "the last file is appended to")
	s, c = d.afterKill(s, c)
	speak(c, plain, "BGREWRITEAOF", rewriting)
	t.Until("the log is rewritten", func() bool {
		return d.manifestNow() == "file appendonly.aof.4.base.aof seq 4 type b\nfile appendonly.aof.11.incr.aof seq 11 type i\n" && len(d.names()) == 3
	})
	d.afterKill(s, c)
}

func loadsOnlyNamed(t *T) {
	d := newDisk(t)
	d.writeLog(cmd("SET", "a", "1"))
	d.write("appendonly.aof.2.base.aof", cmd("SET", "b", "2"))
	d.write("appendonly.aof.2.incr.aof", "")
	d.write("appendonly.aof.1.incr.aof.saved", "garbage")
	_, c := d.start()
	require.Equal(t, []entry{{"a", "1", -1}}, dump(c))
}

func manifestWithComments(t *T) {
	d := newDisk(t)
	d.write("the base", cmd("SET", "a", "1"))
	d.write(incr1, cmd("SET", "b", "2"))
	d.write(manifest, "# the base\nfile \"the base\" seq 1 type b startoffset 0\nfile "+incr1+" seq 1 type i\n")
	s, c := d.start()
	require.Equal(t, []entry{{"a", "1", -1}, {"b", "2", -1}}, dump(c))
	d.afterKill(s, c)
}

func takesOverOldFile(t *T) {
	d := newDisk(t)
	old := filepath.Join(d.path, "appendonly.aof")
	require.NoError(t, os.WriteFile(old, []byte(cmd("SELECT", "0")+cmd("SET", "a", "1")), 0o644))
	s, c := d.start()
	require.Equal(t, []entry{{"a", "1", -1}}, dump(c))
	require.Equal(t, "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n", d.read(manifest))
	_, err := os.Stat(old)
	require.ErrorIs(t, err, os.ErrNotExist)
	speak(c, plain, "SET b 2", done)
	d.afterKill(s, c)
}

// cutsTail starts a server for each length, four at a time.
func cutsTail(t *T) {
	lengths := make(chan int, len(torn))
	for n := 1; n < len(torn); n++ {
		lengths <- n
	}
	close(lengths)
	for range 4 {
		t.Go(func() {
			for n := range lengths {
				d := newDisk(t)
				d.writeLog(whole + torn[:n])
				s, c := d.start()
				require.Equal(t, []entry{{"b", "2", -1}}, dump(c), "%d bytes of the last command", n)
				require.Equal(t, whole, d.read(incr1), "the log after it was loaded with %d bytes of the last command", n)
				t.Until("the log has a warning", func() bool { return strings.Contains(s.Log(), "short read while loading the AOF file") })
				s.Kill()
			}
		})
	}
}

// cutsTransaction expects that none of a transaction is executed whose end did
// not reach the disk, and that what is written in its place is kept.
func cutsTransaction(ends ...string) func(*T) {
	return func(t *T) {
		for _, end := range ends {
			d := newDisk(t)
			d.writeLog(whole + end)
			s, c := d.start()
			require.Equal(t, []entry{{"b", "2", -1}}, dump(c))
			require.Equal(t, whole, d.read(incr1))
			speak(c, plain, "SET d 4", done)
			s, _ = d.afterKill(s, c)
			s.Kill()
		}
	}
}

func writesAfterCut(t *T) {
	for _, n := range []int{1, len(torn) / 2, len(torn) - 1} {
		d := newDisk(t)
		d.writeLog(whole + torn[:n])
		s, c := d.start()
		speak(c, plain, "SET d 4", done)
		s, c = d.afterKill(s, c)
		require.Equal(t, []entry{{"b", "2", -1}, {"d", "4", -1}}, dump(c))
		s.Kill()
	}
}

func cutsLongCommand(t *T) {
	d := newDisk(t)
	long := cmd("SET", "long", numbered(3<<20))
	d.writeLog(whole + long[:2<<20])
	s, c := d.start()
	require.Equal(t, []entry{{"b", "2", -1}}, dump(c))
	require.Equal(t, whole, d.read(incr1))
	d.afterKill(s, c)
}

func tornIsRefused(t *T) {
	d := newDisk(t)
	for _, rest := range []string{torn[:1], torn[:20], torn[:len(torn)-1], cmd("MULTI") + cmd("SET", "b", "3")} {
		d.writeLog(whole + rest)
		d.refusesWith([]string{"--aof-load-truncated", "no"}, incr1)
		require.Equal(t, whole+rest, d.read(incr1), "the log is left as it was")
	}
	d.writeLog(whole)
	d.start("--aof-load-truncated", "no")
}

func tornOffset(t *T) {
	d := newDisk(t)
	d.writeLog(whole + torn[:20])
	d.refusesWith([]string{"--aof-load-truncated", "no"}, incr1, fmt.Sprintf("offset %d", len(whole)))
}
