package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allTypes are requests that leave something of every type and encoding in the log, and a
// transaction.
const allTypes = `set text value | append text more | set n 5 ex 1000 | incr n | setbit bits 9 1
	rpush list a b c | lmove list list2 left right | linsert list before c x
	sadd ints 1 2 3 | sadd words a b | smove words other a
	hset hash f 1 g two | hincrby hash f 5 | zadd sorted 1 a 2.5 b | zincrby sorted 3 a
	geoadd places 13.361389 38.115556 Palermo | pfadd hll a b c | expire hash 5000
	multi | rpush list y | zrem sorted b | set text other | exec
	copy sorted sorted2 | rename list3 list3 | rename list2 list3 | select 3 | sadd there x | unlink there | sadd there y`

func (s *session) digest() string {
	s.c.Reply = nil
	debugDigest(&s.c)
	return string(s.c.Reply)
}

// logOfAllTypes is a folder with a log of them, the name of the file that has it, and by its
// size after each request what it then held.
func logOfAllTypes(t *testing.T) (dir, name string, held map[int]string) {
	s := newSession(t)
	dir, held = t.TempDir(), map[int]string{}
	log := s.logTo(dir)
	name = filepath.Join("appendonlydir", "appendonly.aof.1.incr.aof")
	held[0] = s.digest()
	for _, request := range strings.FieldsFunc(allTypes, func(r rune) bool { return r == '|' || r == '\n' }) {
		s.ask(strings.Fields(request)...)
		require.NoError(t, log.Flush())
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		if !s.c.InMulti() {
			held[int(info.Size())] = s.digest()
		}
	}
	require.NoError(t, log.Close())
	require.Greater(t, len(held), 20)
	return dir, name, held
}

// TestLoad_OfALogCutAnywhere loads what is left of it: all requests that are there whole, and of
// a transaction all or nothing.
func TestLoad_OfALogCutAnywhere(t *testing.T) {
	dir, name, held := logOfAllTypes(t)
	content, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	want := held[0]
	for n := 0; n <= len(content); n++ {
		if digest, ok := held[n]; ok {
			want = digest
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content[:n], 0o600))
		s := newSession(t)
		log := s.openLog(dir)
		require.NoError(t, s.c.Engine.Load(log, func() bool { return false }), "cut at %d of %d", n, len(content))
		require.Equal(t, want, s.digest(), "cut at %d of %d", n, len(content))
		require.NoError(t, log.Close())
	}
}

// TestLoad_OfALogWithABitTurned loads it or refuses it: where a value has another bit nobody can
// notice, anywhere else it is no command that would have been logged.
func TestLoad_OfALogWithABitTurned(t *testing.T) {
	dir, name, _ := logOfAllTypes(t)
	content, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	refused := 0
	for i := range content {
		turned := append([]byte(nil), content...)
		turned[i] ^= 1 << (i % 8)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), turned, 0o600))
		s := newSession(t)
		log := s.openLog(dir)
		if s.c.Engine.Load(log, func() bool { return false }) != nil {
			refused++
		}
		require.NoError(t, log.Close())
	}
	require.Greater(t, refused, len(content)/3)
}
