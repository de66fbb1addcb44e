package keyspace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/object"
)

// shown is a key with its value, of whatever type, as text; and when it expires.
type shown struct {
	value string
	at    int64
}

func showItem(t object.Type, i object.Item) string {
	switch t {
	case object.HashType:
		return fmt.Sprintf("%q=%q", i.Name, i.Value)
	case object.SortedSetType:
		return fmt.Sprintf("%q@%v", i.Name, i.Score)
	}
	return fmt.Sprintf("%q", i.Name)
}

func showItems(t object.Type, items []string) string {
	if t != object.ListType {
		slices.Sort(items)
	}
	return t.String() + " " + strings.Join(items, " ")
}

// showAll is what the databases hold, by database and key.
func (ks *Keyspace) showAll() map[string]shown {
	all := map[string]shown{}
	for _, db := range ks.dbs {
		db.Each(func(o *object.Object) {
			if db.expired(o) {
				return
			}
			name := strconv.Itoa(db.ID) + ":" + string(o.Key())
			if !o.IsCollection() {
				all[name] = shown{"string " + string(o.AppendTo(nil)), o.ExpireAt()}
				return
			}
			items := []string{}
			for cursor := uint64(0); ; {
				cursor = o.Items(cursor, 10, func(i object.Item) { items = append(items, showItem(o.Type(), i)) })
				if cursor == 0 {
					break
				}
			}
			if o.Type() != object.ListType { // a hash table may show some twice
				slices.Sort(items)
				items = slices.Compact(items)
			}
			all[name] = shown{showItems(o.Type(), items), o.ExpireAt()}
		})
	}
	return all
}

// collector puts a snapshot of all types together.
type collector struct {
	all   map[string]shown
	items map[string][]string // of collections that are not whole
	open  string              // the string that is dumped by half
}

func (c *collector) piece(p Piece) {
	name := strconv.Itoa(p.DB) + ":" + string(p.Key)
	if _, there := c.all[name]; there && c.open != name {
		panic(name + " is dumped twice")
	}
	switch t := p.Value.Type(); {
	case t == object.StringType:
		if c.open != "" && c.open != name {
			panic("a string is torn by " + name)
		}
		c.open = name
		if p.To == p.Value.Len() {
			c.open = ""
		}
		before := c.all[name].value
		if p.From == 0 {
			before = "string "
		}
		c.all[name] = shown{string(p.Value.AppendPart([]byte(before), p.From, p.To)), p.ExpireAt}
	case p.Last:
		c.all[name] = shown{showItems(t, c.items[name]), p.ExpireAt}
		delete(c.items, name)
	default:
		c.items[name] = append(c.items[name], showItem(t, p.Item))
	}
}

// changer changes keys of all types at random.
type changer struct {
	*Keyspace
	*rand.Rand
	clock   *clock
	flushed func(db *DB) // called before a database is flushed
	swapped func(a, b *DB)
}

func (c *changer) key() []byte   { return fmt.Appendf(nil, "key %d", c.IntN(12)) }
func (c *changer) database() *DB { return c.DB(c.IntN(3)) }

func (c *changer) word() []byte {
	if c.IntN(3) == 0 {
		return strconv.AppendInt(nil, c.Int64N(200), 10)
	}
	return []byte(strings.Repeat(strconv.Itoa(c.IntN(150)), 1+c.IntN(3)) + "x")
}

// change does one thing.
func (c *changer) change() {
	db, key := c.database(), c.key()
	switch n := c.IntN(1000); {
	case n < 800:
		c.changeValue(db, key)
	case n < 830:
		db.Delete(key)
	case n < 860:
		if other := c.key(); string(other) != string(key) && db.lookup(key) != nil {
			db.Rename(key, other)
		}
	case n < 890:
		target, other := c.database(), c.key()
		if db.lookup(key) != nil && (db != target || string(other) != string(key)) {
			db.Copy(key, target, other)
		}
	case n < 910:
		if target := c.database(); target != db {
			db.Move(key, target)
		}
	case n < 930:
		db.Set(key, c.word(), []Expiry{Keep, Never, At(c.clock.ms + c.Int64N(50))}[c.IntN(3)])
	case n < 950:
		if db.lookup(key) != nil {
			db.SetExpire(key, c.clock.ms+c.Int64N(100))
		}
	case n < 960:
		db.Persist(key)
	case n < 970:
		o := object.NewCollection(key, object.SetType, db.Env())
		for range 1 + c.IntN(50) {
			o.Set(db.Env()).Add(c.word())
		}
		db.Store(o)
	case n < 980:
		c.clock.ms++
	case n < 984:
		c.evictOne()
	case n < 990:
		c.reclaimSome()
	case n < 995:
		other := c.database()
		c.swapped(db, other)
		c.Swap(db, other)
	case n < 997 && c.IntN(4) == 0:
		c.flushed(db)
		if c.IntN(2) == 0 {
			db.Flush()
		} else {
			db.FlushLater()
		}
	}
}

// changeValue changes some elements of a key's value.
func (c *changer) changeValue(db *DB, key []byte) {
	kinds := []object.Type{object.StringType, object.ListType, object.SetType, object.SortedSetType, object.HashType}
	kind := kinds[c.IntN(5)]
	if e := db.lookup(key); e != nil {
		kind = e.Type()
	}
	if kind == object.StringType {
		db.EditString(key, c.IntN(40))
		return
	}
	o, ok := db.Edit(key, kind)
	switch {
	case !ok:
		panic("it is of that type")
	case o == nil:
		o = db.Create(key, kind)
	}
	times := 1 + c.IntN(3)
	if c.IntN(20) == 0 {
		times = 100
	}
	less := c.IntN(3) == 0 // becomes less, perhaps nothing
	for range times {
		c.changeElement(o, db.Env(), less)
	}
	db.Done(o, 1)
}

func (c *changer) changeElement(o *object.Object, env *object.Env, less bool) {
	switch word := c.word(); o.Type() {
	case object.ListType:
		l := o.List(env)
		i := c.IntN(l.Len() + 1)
		switch at := l.Seek(i); {
		case less && c.IntN(5) == 0:
			l.DeleteRange(i, c.IntN(10))
		case at.IsNone() || c.IntN(3) == 0:
			l.Push(c.IntN(2) == 0, word)
		case less:
			l.Delete(at)
		case c.IntN(2) == 0:
			l.InsertAfter(at, word)
		default:
			l.Replace(at, word)
		}
	case object.SetType:
		if less {
			o.Set(env).Remove(word)
		} else {
			o.Set(env).Add(word)
		}
	case object.HashType:
		if less {
			o.Hash(env).Delete(word)
		} else {
			o.Hash(env).Set(word, c.word())
		}
	case object.SortedSetType:
		s := o.SortedSet(env)
		switch {
		case less && c.IntN(10) == 0:
			s.DeleteRanks(c.IntN(s.Len()+1), c.IntN(10))
		case less:
			s.Remove(word)
		default:
			s.Add(word, float64(c.IntN(1000))/8)
		}
	}
}

// Whatever becomes of the elements and of the keys while a snapshot is dumped in small
// steps: it has each key as it was at the start, once, with each element once. From a flush
// on it has no more of what is flushed. Most snapshots are given up: so epochs come
// round again and again. In the end no memory is left.
func TestSnapshot_OfCollectionsThatChange(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testChanging(t, seed) })
	}
}

func testChanging(t *testing.T, seed uint64) {
	ks, clock := newTestKeyspace(t, Eviction{Policy: AllKeysLRU, Samples: 5})
	ks.SetLimits(object.Limits{HashEntries: 6, HashValue: 5, SortedSetEntries: 6, SortedSetValue: 5, SetInts: 6, ListSize: 3})
	ks.dump.large, ks.dump.items = 8, 2
	began := map[*DB]int{} // the number that a database's contents had
	want := map[string]shown{}
	random := rand.New(rand.NewPCG(seed, 9))
	c := &changer{
		Keyspace: ks, Rand: random, clock: clock,
		swapped: func(a, b *DB) { began[a], began[b] = began[b], began[a] },
		flushed: func(db *DB) {
			for name := range want {
				if strings.HasPrefix(name, strconv.Itoa(began[db])+":") {
					delete(want, name)
				}
			}
		},
	}
	whole, parts, torn := 0, 0, 0
	for round := range 150 {
		for range 100 {
			c.change()
		}
		for _, db := range ks.dbs {
			began[db] = db.ID
		}
		start := ks.showAll()
		want = ks.showAll()
		got := collector{all: map[string]shown{}, items: map[string][]string{}}
		ks.dump.size = 1 + random.IntN(20)
		ks.StartSnapshot(got.piece, func() bool { return random.IntN(3) == 0 })
		more := true
		for steps := 0; more && (round%12 < 3 || steps < random.IntN(20)); steps++ {
			for range random.IntN(40) {
				c.change()
			}
			parts += len(ks.dump.parts)
			more = ks.SnapshotStep(0)
		}
		if more {
			ks.EndSnapshot()
			continue
		}
		require.Zero(t, ks.SnapshotMemory())
		require.Zero(t, ks.LeftBytes())
		if ks.SnapshotTorn() {
			torn++
			continue
		}
		whole++
		for name, k := range want {
			if _, there := got.all[name]; !there && k.at != 0 && k.at < clock.ms {
				continue // it had expired before its turn came
			}
			require.Equal(t, k, got.all[name], name)
		}
		for name, k := range got.all {
			require.Contains(t, start, name)
			if _, there := want[name]; there {
				require.Equal(t, start[name], k)
			}
		}
	}
	require.Greater(t, whole, 10)
	require.Greater(t, parts, 50)
	require.Positive(t, torn)
	ks.check()
}
