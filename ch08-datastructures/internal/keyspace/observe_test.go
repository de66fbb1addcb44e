package keyspace

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestObserver_IsToldOfEveryChange(t *testing.T) {
	ks, now := newTestKeyspace(t, Eviction{MaxKeys: 4, Policy: AllKeysRandom, Samples: 5})
	db, other := ks.DB(0), ks.DB(1)
	k, soon := []byte("k"), now.ms+10
	change := func(name string, do func(), want ...string) {
		t.Helper()
		var told []string
		ks.Observer = Observer{
			Changing: func(db *DB, key []byte) { told = append(told, string('0'+rune(db.ID))+string(key)) },
			Replacing: func(db, by *DB) {
				told = append(told, string('0'+rune(db.ID))+"*")
				if by != nil {
					told = append(told, "by"+string('0'+rune(by.ID)))
				}
			},
		}
		do()
		ks.Observer = Observer{}
		require.Equal(t, want, told, name)
	}
	change("a new key", func() { db.Set(k, []byte("v"), Never) }, "0k")
	change("the same value", func() { db.Set(k, []byte("v"), Never) }, "0k")
	change("a longer one", func() { db.Set(k, make([]byte, 1000), Keep) }, "0k")
	change("a number", func() { db.SetInt(k, 1); db.SetInt(k, 2) }, "0k", "0k")
	change("an expiry", func() { db.SetExpire(k, soon) }, "0k")
	change("none any more", func() { db.Persist(k); db.Persist(k) }, "0k")
	change("another database", func() { db.Move(k, other) }, "0k", "1k")
	change("deleting, twice", func() { other.Delete(k); other.Delete(k) }, "1k")
	change("reading", func() { db.LookupRead(k); db.Peek(k); db.LookupWrite(k) })
	db.Set(k, nil, At(soon))
	now.ms = soon + 1
	change("nothing has noticed", func() {
		there, expired := db.Lies(k)
		require.True(t, there && expired)
	})
	change("reading what has expired", func() { db.LookupRead(k) }, "0k")
	db.Set(k, nil, At(soon))
	change("the cycle", func() { ks.ExpireCycle(1 << 40) }, "0k")
	for _, key := range []string{"a", "b", "c", "d"} {
		other.Set([]byte(key), nil, Never)
	}
	var evicted []byte
	ks.Deleted = func(_ *DB, key []byte, _ Reason) { evicted = append(evicted, key...) }
	var told []byte
	ks.Observer.Changing = func(_ *DB, key []byte) { told = append(told, key...) }
	db.Set(k, nil, Never)
	require.Equal(t, string(evicted)+"k", string(told), "evicting")
	change("swapping", func() { ks.Swap(db, other) }, "0*", "by1", "1*", "by0")
	change("swapping with itself", func() { ks.Swap(db, db) })
	change("flushing", func() { db.Flush() }, "0*")
}

func TestLies_CountsAndDeletesNothing(t *testing.T) {
	db, now := newTestDB(t, 0)
	now.ms = 1000
	db.Set([]byte("k"), nil, At(500))
	for _, key := range []string{"k", "none"} {
		there, expired := db.Lies([]byte(key))
		require.Equal(t, key == "k", there)
		require.Equal(t, key == "k", expired)
	}
	there, _ := (*DB)(nil).Lies([]byte("k"))
	require.False(t, there)
	require.Equal(t, 1, db.Len())
	require.Zero(t, db.ks.Stats)
}
