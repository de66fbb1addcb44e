// aof.go: servers that keep an append-only file, each in a folder of its own.
//
//	DIR/redis-internals-bench-123/     made at the start, removed at the end
//	  stage/appendonlydir/
//	    appendonly.aof.manifest        which files, in which order to load
//	    appendonly.aof.1.base.aof      what there was at the last rewrite
//	    appendonly.aof.1.incr.aof      every write since
//	  redis/appendonlydir/ ...
//
// A stage takes Redis' flags and writes Redis 7's layout, so both sides are
// started, and their files read, alike. Source: Redis' aof.c, "AOF manifest".

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	appendOnlyDir = "appendonlydir"
	manifestFile  = "appendonly.aof.manifest"
	baseFile      = "appendonly.aof.1.base.aof"
	incrFile      = "appendonly.aof.1.incr.aof"
)

// appendOnlyArgs start a server with an append-only file of commands (not a
// snapshot and then commands) that is rewritten only when a client asks for it:
// a rewrite that came by itself would disturb one measurement and not the next.
func appendOnlyArgs(fsync string) []string {
	return []string{
		"--appendonly", "yes", "--appendfsync", fsync,
		"--aof-use-rdb-preamble", "no", "--auto-aof-rewrite-percentage", "0",
	}
}

// makeFolder makes a folder for one server below the run's own, which it makes
// first where there is none yet, and notes where that is.
func (b *bench) makeFolder(name string) (string, error) {
	if b.folder == "" {
		parent, err := filepath.Abs(b.Dir)
		if b.Dir == "" {
			parent, err = os.TempDir(), nil
		}
		if err != nil {
			return "", err
		}
		if b.folder, err = os.MkdirTemp(parent, "redis-internals-bench-"); err != nil {
			return "", fmt.Errorf("making a folder for the append-only files: %w", err)
		}
		kind := fileSystem(parent)
		if kind == "tmpfs" {
			kind += ", which is memory: an fsync costs nothing there, and -dir names a better place"
		}
		b.note("append-only files were in %s (%s), never rewritten unasked", parent, kind)
	}
	dir := filepath.Join(b.folder, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", fmt.Errorf("making a folder for the append-only files: %w", err)
	}
	return dir, nil
}

// fileSystem names the kind of file system that a path is on.
func fileSystem(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return "on an unknown file system"
	}
	names := map[int64]string{
		unix.BTRFS_SUPER_MAGIC: "btrfs", unix.EXT4_SUPER_MAGIC: "ext4", unix.F2FS_SUPER_MAGIC: "f2fs",
		unix.NFS_SUPER_MAGIC: "nfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.TMPFS_MAGIC: "tmpfs",
		unix.XFS_SUPER_MAGIC: "xfs",
	}
	if name, ok := names[int64(s.Type)]; ok {
		return name
	}
	return fmt.Sprintf("a file system of type %#x", s.Type)
}

// baseSeq reads the number of the base file from the manifest of the server that
// works in dir: each rewrite makes it larger by one, with its last step. It is 0
// where there is no base file yet, or no manifest.
func baseSeq(dir string) (int, error) {
	file := filepath.Join(dir, appendOnlyDir, manifestFile)
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	seq, err := parseManifest(string(text))
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", file, err)
	}
	return seq, nil
}

// parseManifest finds the base file among lines of names and values:
//
//	file appendonly.aof.2.base.aof seq 2 type b
//	file appendonly.aof.1.incr.aof seq 1 type h
//	file appendonly.aof.2.incr.aof seq 2 type i
//
// b is the base, i what came after it, h history that is about to be deleted.
func parseManifest(text string) (seq int, err error) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words)%2 != 0 {
			return 0, fmt.Errorf("no pairs of words: %q", line)
		}
		of := map[string]string{}
		for i := 0; i < len(words); i += 2 {
			of[words[i]] = words[i+1]
		}
		if of["type"] != "b" {
			continue
		}
		if seq, err = strconv.Atoi(of["seq"]); err != nil {
			return 0, fmt.Errorf("no number of the base file: %q", line)
		}
	}
	return seq, nil
}
