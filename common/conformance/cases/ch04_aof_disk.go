// ch04_aof_disk.go: disks that are full, folders that are not there, two servers that want the same one.

package cases

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

const diskIsFull = "-MISCONF Errors writing to the AOF file: No space left on device\r\n"

// aofDisk is disks that are full, folders that are not there, and two servers
// that want the same one.
func aofDisk() list {
	return in(4, lesson4AOF, list{
		{Name: "on a full disk writes are refused, reads go on, and nothing acknowledged is lost", Run: fullDisk},
		{Name: "on a full disk a write that cannot be synced is not acknowledged", NotRedis: "it ends when it cannot write with appendfsync always", Run: fullDiskAlways},
		{Name: "a pipeline that fills the disk loses nothing acknowledged", NotRedis: "it ends when it cannot write with appendfsync always", Run: fullDiskPipeline},
		{Name: "a full disk does not harm a rewrite's old log", Run: fullDiskRewrite},
		{Name: "a log is read again after the disk was full", Run: fullDiskRestart},
		{Name: "a dir that does not exist is refused by name", Run: refusesDir("nosuch")},
		{Name: "a dir below a file is refused by name", Run: refusesDir("file/below")},
		{Name: "a dir that is a file is refused by name", Run: refusesDir("file")},
		{Name: "a log's folder that is a file is refused by name", Run: folderIsFile},
		{Name: "a second server on the same log is refused and says why", StageOnly: "Redis does not look", Run: secondServer},
		{Name: "a log is free again after its server was killed", Run: freeAgain},
		{Name: "two logs in the same dir do not meet", Run: twoLogs},
		{Name: "a dir may have any name", Run: oddDirs},
		{Name: "a server without appendonly does not mind another's log", Run: withoutLogBeside},
	})
}

// smallDisk is a disk of one megabyte of its own, on which a file takes most.
func smallDisk(t *T, policy string) (d *disk, makeSpace func()) {
	d = newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", policy)
	if err := unix.Mount("tmpfs", d.path, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("cannot mount a small disk: " + err.Error())
	}
	// The servers that are started later are killed before.
	t.Cleanup(func() { _ = unix.Unmount(d.path, unix.MNT_DETACH) })
	filler := filepath.Join(d.path, "filler")
	require.NoError(t, os.WriteFile(filler, make([]byte, 600<<10), 0o644))
	return d, func() { require.NoError(t, os.Remove(filler)) }
}

// tenKilobytes is the request to set the i-th key of a case.
func tenKilobytes(i int) string { return cmd("SET", "k"+strconv.Itoa(i), numbered(10_000)) }

// expectFull expects what a server does while it cannot write, and that it
// still has the first n keys.
func expectFull(c *conformance.Conn, n int) {
	for range 3 {
		c.Exchange(tenKilobytes(n)+cmd("DEL", "k0")+cmd("FLUSHALL")+cmd("EXPIRE", "k0", "100"), strings.Repeat(diskIsFull, 4))
		c.Exchange(cmd("PING")+cmd("PING", "x"), diskIsFull+diskIsFull)
		c.Exchange(cmd("GET", "k0")+cmd("ECHO", "x")+cmd("TTL", "k0"), bulk(numbered(10_000))+bulk("x")+noTTL)
		c.Exchange(cmd("EXISTS", "k"+strconv.Itoa(n-1)), one)
	}
}

// awaitWritable sets a key until that succeeds.
func awaitWritable(t *T, c *conformance.Conn) {
	t.Until("writes succeed again", func() bool { return !c.Call("SET", "after", "v").IsError() })
	c.Exchange(cmd("PING"), "+PONG\r\n")
}

// expectKept expects that a server that comes after this one, which is killed,
// has the first n keys and the one that was set when there was space again.
func expectKept(d *disk, s *harness.Server, n int) {
	s.Kill()
	_, c := d.start()
	for i := range n {
		c.Exchange(cmd("GET", "k"+strconv.Itoa(i)), bulk(numbered(10_000)))
	}
	c.Exchange(cmd("GET", "after"), bulk("v"))
}

func fullDisk(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	const enough = 60 // keys: more than fit
	n := 0
	for ; ; n++ {
		if n == enough { // writing may wait for a sync that is under way
			t.Until("the disk is full", func() bool { return c.Call("PING").IsError() })
		}
		require.LessOrEqual(t, n, enough, "keys of 10 KB on a disk with 400 KB")
		c.Send(tenKilobytes(n))
		if reply := c.Reply(); reply.IsError() {
			require.Equal(t, diskIsFull, "-"+reply.Text+"\r\n")
			break
		}
	}
	require.Greater(t, n, 20, "keys that were set")
	expectFull(c, n)
	makeSpace()
	awaitWritable(t, c)
	expectKept(d, s, n)
}

func fullDiskAlways(t *T) {
	d, makeSpace := smallDisk(t, "always")
	s, c := d.start()
	n := 0
	for ; ; n++ {
		require.Less(t, n, 100, "keys of 10 KB on a disk with 400 KB")
		c.Send(tenKilobytes(n))
		if !c.Served() {
			break
		}
	}
	c.ExpectClosed() // and not a word before
	require.Greater(t, n, 20, "keys that were set")
	c = d.t.DialAddr(s.Addr)
	expectFull(c, n)
	makeSpace()
	awaitWritable(t, c)
	expectKept(d, s, n)
}

// fullDiskPipeline counts the acknowledged of many writes that were sent in one
// go, of two clients, and kills the server while the disk is full.
func fullDiskPipeline(t *T) {
	d, makeSpace := smallDisk(t, "always")
	s, _ := d.start()
	var acknowledged [2]int
	for client := range acknowledged {
		c := t.DialAddr(s.Addr)
		t.Go(func() {
			var sets strings.Builder
			for i := range 100 {
				sets.WriteString(cmd("SET", strconv.Itoa(client)+" "+strconv.Itoa(i), numbered(5000)))
			}
			t.Go(func() { _ = c.TrySend(sets.String()) })
			for c.Served() {
				acknowledged[client]++
			}
			c.Close()
		})
	}
	t.Wait()
	require.Less(t, acknowledged[0]+acknowledged[1], 100, "writes that were acknowledged on a disk with 400 KB")
	c := t.DialAddr(s.Addr)
	c.Exchange(cmd("SET", "k", "v"), diskIsFull)
	s.Kill()
	makeSpace()
	_, c = d.start()
	for client, n := range acknowledged {
		for i := range n {
			c.Exchange(cmd("GET", strconv.Itoa(client)+" "+strconv.Itoa(i)), bulk(numbered(5000)))
		}
	}
}

// fullDiskRewrite has a log of which no second copy fits the disk.
func fullDiskRewrite(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	const n = 30
	for i := range n {
		c.Exchange(tenKilobytes(i), done)
	}
	c.Exchange(cmd("BGREWRITEAOF"), rewriting)
	t.Until("the rewrite fails", func() bool {
		log := strings.ToLower(s.Log())
		return strings.Contains(log, "no space left") || strings.Contains(log, "rewrite terminated with error") || strings.Contains(log, "rewrite terminated by signal")
	})
	c.Exchange(cmd("GET", "k0"), bulk(numbered(10_000)))
	makeSpace()
	awaitWritable(t, c)
	t.Until("another rewrite succeeds", func() bool {
		c.Call("BGREWRITEAOF") // more than one may succeed
		return !strings.Contains(d.manifestNow(), "base.aof seq 1 ")
	})
	expectKept(d, s, n)
}

func fullDiskRestart(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	n := 0
	for c.Send(tenKilobytes(n)); !c.Reply().IsError(); c.Send(tenKilobytes(n)) {
		n++
	}
	s.Kill() // the last acknowledged write may not have reached the disk
	makeSpace()
	s, c = d.start()
	for i := range n - 1 {
		c.Exchange(cmd("GET", "k"+strconv.Itoa(i)), bulk(numbered(10_000)))
	}
	awaitWritable(t, c)
	expectKept(d, s, n-1)
}

func refusesDir(path string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		require.NoError(t, os.WriteFile(filepath.Join(d.path, "file"), nil, 0o644))
		d.path = filepath.Join(d.path, path)
		d.refuses(d.path)
	}
}

func folderIsFile(t *T) {
	d := newDisk(t)
	require.NoError(t, os.WriteFile(filepath.Join(d.path, "appendonlydir"), nil, 0o644))
	d.refuses("appendonlydir")
}

func secondServer(t *T) {
	d := newDisk(t)
	s, c := d.start()
	speak(c, plain, "SET k v", done)
	d.refuses("appendonlydir", "another server")
	speak(c, plain, "SET k w", done, "BGREWRITEAOF", rewriting)
	d.awaitGeneration(2)
	d.refuses("appendonlydir", "another server")
	speak(c, plain, "GET k", bulk("w"), "SET l v", done)
	_, c = d.afterKill(s, c)
	speak(c, plain, "DBSIZE", ":2\r\n")
}

func freeAgain(t *T) {
	d := newDisk(t)
	for i := range 3 {
		s, c := d.start()
		speak(c, plain, "SET k "+strconv.Itoa(i), done)
		s.Kill()
	}
	_, c := d.start()
	speak(c, plain, "GET k", bulk("2"))
}

func twoLogs(t *T) {
	d := newDisk(t)
	s, c := d.start("--appenddirname", "one")
	s2, c2 := d.start("--appenddirname", "two")
	speak(c, plain, "SET k 1", done)
	speak(c2, plain, "SET k 2", done)
	s.Kill()
	s2.Kill()
	_, c = d.start("--appenddirname", "one")
	_, c2 = d.start("--appenddirname", "two")
	speak(c, plain, "GET k", bulk("1"))
	speak(c2, plain, "GET k", bulk("2"))
}

// oddDirs are names that mean something to a shell.
func oddDirs(t *T) {
	for _, name := range []string{"[", "[a-b]", "*", "a b", "\xff'\""} {
		d := newDisk(t)
		d.path = filepath.Join(d.path, name)
		require.NoError(t, os.Mkdir(d.path, 0o755))
		s, c := d.start()
		speak(c, plain, "SET k v", done)
		s.Kill()
		_, c = d.start()
		speak(c, plain, "GET k", bulk("v"))
	}
}

func withoutLogBeside(t *T) {
	d := newDisk(t)
	_, c := d.start()
	speak(c, plain, "SET k v", done)
	_, beside := d.start("--appendonly", "no")
	speak(beside, plain, "GET k", nilBulk, "SET k w", done)
	speak(c, plain, "GET k", bulk("v"))
	require.Equal(t, []string{"SET k v"}, records(t, d.read(incr1)))
}
