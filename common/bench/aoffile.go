// aoffile.go: an append-only file to load, as a server would have left it.
//
//	*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n                  once, as Redis begins a file
//	SET key:000000000000 xxxx                          8 of 10: a new key
//	SET key:000000000008 xxxx PXAT 4102444800000       1 of 10: a new key that expires, in 2100
//	SET key:000000000003 yyyy                          1 of 10: a key there is, at random
//
// The kinds take turns in this order, each an array of bulk strings (here for
// short without the lengths). So N commands make N - N/10 keys, and any N writes
// the same bytes on every machine.

package bench

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"redis-internals/common/bench/load"
)

// loadedKeys is the number of keys that a file of so many commands makes.
func loadedKeys(commands int) int { return commands - commands/10 }

// farFuture is the first millisecond of the year 2100.
const farFuture = "4102444800000"

// writeAppendOnly writes the folder of a server into dir: an empty base file, all
// commands in one incremental file, and the manifest. The data is on the disk
// when it returns, so that no writing disturbs what is measured next.
func writeAppendOnly(dir string, commands, size int, stop *atomic.Bool) error {
	dir = filepath.Join(dir, appendOnlyDir)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, baseFile), nil, 0o644); err != nil {
		return err
	}
	manifest := fmt.Sprintf("file %s seq 1 type b\nfile %s seq 1 type i\n", baseFile, incrFile)
	if err := os.WriteFile(filepath.Join(dir, manifestFile), []byte(manifest), 0o644); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, incrFile))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := writeCommands(w, commands, size, stop); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// writeCommands writes the file's content. A write that fails shows at w's Flush.
func writeCommands(w *bufio.Writer, commands, size int, stop *atomic.Bool) error {
	key := load.NumberedKey("key:")
	fresh := load.Set(size)
	expiring := load.Command(fresh.Reply, "SET", key, load.Value(size), "PXAT", farFuture)
	again := load.Command(fresh.Reply, "SET", key, strings.Repeat("y", size))
	_, _ = w.Write(load.Command(fresh.Reply, "SELECT", "0").Request)
	keys, random := uint64(0), load.RandomKeys(1, 1)
	for i := range commands {
		if i%1024 == 0 && stop.Load() {
			return load.ErrStopped
		}
		t, number := &fresh, keys
		switch i % 10 {
		case 8:
			t = &expiring
		case 9:
			t, random.Count = &again, keys
			number = random.Next()
		}
		if t != &again {
			keys++
		}
		load.PutDigits(t.Request[t.KeysAt[0]:t.KeysAt[0]+load.KeyDigits], number)
		_, _ = w.Write(t.Request)
	}
	return nil
}

// linkAppendOnly gives a server's folder the files of another by hard links:
// nothing is copied, and the disk stays quiet. The manifest alone is a copy; a
// server may write it anew. What it must not do is write to the others.
func linkAppendOnly(from, to string) error {
	from, to = filepath.Join(from, appendOnlyDir), filepath.Join(to, appendOnlyDir)
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	for _, name := range []string{baseFile, incrFile} {
		if err := os.Link(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(filepath.Join(from, manifestFile))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, manifestFile), text, 0o644)
}
