// memory.go: what a key takes.
//
//	start | a few keys, FLUSHALL | N keys | FLUSHALL, MEMORY PURGE
//	                             ^ empty  ^ full                  ^ flushed
//
// At the three marks we read what the system says (resident: the pages of the
// process that are in memory) and what the server says (used_memory). A key
// takes what lies between empty and full, divided by N. The few keys at first
// make the server touch its code and its buffers, which are no key's.
//
// Resident memory is read once it stands still: a dict may still be moving its
// entries, an allocator giving its pages back.

package bench

import (
	"context"
	"fmt"
	"math"
	"time"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
)

// Footprint is what a process holds, in bytes.
type Footprint struct {
	Resident int64 `json:"resident"`
	Used     int64 `json:"used_memory"`
}

// Filling is one server that was filled and flushed.
type Filling struct {
	Round   int       `json:"round"`
	Server  string    `json:"server"`
	TTL     bool      `json:"ttl"` // on every key
	Keys    int       `json:"keys"`
	Empty   Footprint `json:"empty"`
	Full    Footprint `json:"full"`
	Flushed Footprint `json:"flushed"`
}

func (f Filling) residentPerKey() float64 {
	return float64(f.Full.Resident-f.Empty.Resident) / float64(f.Keys)
}

func (f Filling) usedPerKey() float64 {
	return float64(f.Full.Used-f.Empty.Used) / float64(f.Keys)
}

// agreement is how much of what came into memory the server knows of, in percent.
func (f Filling) agreement() float64 {
	return 100 * part(time.Duration(f.Full.Used-f.Empty.Used), time.Duration(f.Full.Resident-f.Empty.Resident))
}

// left is what stayed, in MiB.
func (f Filling) left() float64 { return float64(f.Flushed.Resident-f.Empty.Resident) / (1 << 20) }

// The variants of a filling.
const (
	plainKeys    = "no TTL"
	expiringKeys = "a TTL on every key"
)

// warmKeys are set, and flushed, before the first look.
const warmKeys = 1000

// RunMemory fills each server with cfg.Keys keys of 16 bytes, without and with a
// TTL on every key, and reports what they took and what was given back. Of cfg it
// uses Chapter, NoRedis, Rounds, Clients, Size, Keys and Progress.
func RunMemory(ctx context.Context, cfg Config) (*Report, error) {
	b := newFresh(cfg, modeMemory)
	starters, err := b.starters()
	if err == nil {
		err = b.onFresh(ctx, starters, []string{plainKeys, expiringKeys}, b.measureMemory)
	}
	if err != nil {
		return nil, err
	}
	return b.report, nil
}

func (b *bench) measureMemory(s *server, round int, variant string) error {
	q, err := s.Questions()
	if err != nil {
		return err
	}
	defer q.Close()
	request := load.Set(b.Size)
	if variant == expiringKeys {
		request = load.Command(request.Reply, "SET", load.NumberedKey("key:"), load.Value(b.Size), "PXAT", farFuture)
	}
	depth := max(1, min(load.LoadDepth, load.LoadBytes/len(request.Request)))
	f := Filling{Round: round, Server: s.Name, TTL: variant == expiringKeys}
	if _, err := s.fill("set", newKeys(request, depth), warmKeys); err != nil {
		return err
	}
	if err := q.Must("FLUSHALL", "+OK"); err != nil {
		return err
	}
	if f.Empty, err = b.footprint(s, q); err != nil {
		return err
	}
	if _, err := s.fill("set", newKeys(request, depth), b.Keys); err != nil {
		return err
	}
	if f.Keys, err = q.Number("DBSIZE"); err != nil {
		return err
	}
	if f.Keys < b.Keys {
		return fmt.Errorf("%s has %d keys after %d were set", &s.Peer, f.Keys, b.Keys)
	}
	if f.Full, err = b.footprint(s, q); err != nil {
		return err
	}
	for _, request := range []string{"FLUSHALL", "MEMORY PURGE"} {
		if err := q.Must(request, "+OK"); err != nil {
			return err
		}
	}
	if f.Flushed, err = b.footprint(s, q); err != nil {
		return err
	}
	b.report.Fillings = append(b.report.Fillings, f)
	return nil
}

// Resident memory stands still once it has changed by less than one part in
// stillParts for a while: a second for a million keys, and less for fewer, since
// what a server does about its keys on its own takes as long as there are keys. It is
// waited for no longer than stillWithin.
const (
	stillPerKey = time.Microsecond
	stillMin    = 100 * time.Millisecond
	stillMax    = time.Second
	stillParts  = 500
	stillWithin = 20 * time.Second
	stillLook   = 20 * time.Millisecond
)

// footprint waits until resident memory stands still and reads both figures.
func (b *bench) footprint(s *server, q *load.Question) (f Footprint, err error) {
	if f.Resident, err = b.standstill(s); err == nil {
		f.Used, err = q.Info("memory", "used_memory")
	}
	return f, err
}

func (b *bench) standstill(s *server) (int64, error) {
	quiet := b.still
	if quiet == 0 {
		quiet = min(max(stillMin, time.Duration(b.Keys)*stillPerKey), stillMax)
	}
	begin := time.Now()
	var last int64
	since := begin
	for {
		now, err := machine.Resident(s.proc.Pid())
		if err != nil {
			return 0, fmt.Errorf("reading the memory of %s: %w", &s.Peer, err)
		}
		if max(now-last, last-now) > last/stillParts {
			last, since = now, time.Now()
		}
		switch {
		case s.Stop.Load():
			return 0, load.ErrStopped
		case time.Since(since) >= quiet:
			return now, nil
		case time.Since(begin) > stillWithin:
			b.note("memory of %s did not stand still within %v", s.Name, stillWithin)
			return now, nil
		}
		time.Sleep(stillLook)
	}
}

// memoryTable is the report of the fillings: a line without and one with TTLs.
func (r *Report) memoryTable() string {
	var names []string
	filled := map[bool]map[string][]Filling{false: {}, true: {}}
	for _, f := range r.Fillings { // round 1 fills the stage before redis
		if len(filled[false][f.Server])+len(filled[true][f.Server]) == 0 {
			names = append(names, f.Server)
		}
		filled[f.TTL][f.Server] = append(filled[f.TTL][f.Server], f)
	}
	groups := []struct {
		title    string
		figure   func(Filling) float64
		decimals int
		ratio    bool
	}{
		{"resident bytes per key", Filling.residentPerKey, 1, true},
		{"used_memory per key", Filling.usedPerKey, 1, true},
		{"used / resident growth, %", Filling.agreement, 1, false},
		{"MiB left by FLUSHALL, PURGE", Filling.left, 1, false},
	}
	g := &grid{columns: []column{{"", "keys with"}}}
	for _, group := range groups {
		for _, name := range names {
			g.columns = append(g.columns, column{group.title, name})
		}
		if group.ratio {
			g.columns = append(g.columns, ratioColumns(group.title, names)...)
		}
	}
	for _, ttl := range []bool{false, true} {
		row := []string{plainKeys}
		if ttl {
			row[0] = expiringKeys
		}
		for _, group := range groups {
			var all [][]float64
			for _, name := range names {
				figures := figuresOf(filled[ttl][name], group.figure)
				all = append(all, figures)
				row = append(row, number(spreadOf(figures).Median, group.decimals))
			}
			for i := 1; i < len(all) && group.ratio; i++ {
				row = append(row, spreadCells(spreadOf(ratios(all[0], all[i])))...)
			}
		}
		g.row(row...)
	}
	return "\n" + g.String() + "\n" + ratioLegend(names, "Below 1 is better") +
		"Growth from the empty server on, keys of 16 bytes. used / resident: 100 where the server knows of every byte it takes.\n"
}

// figuresOf takes one figure of each.
func figuresOf[T any](list []T, figure func(T) float64) []float64 {
	out := make([]float64, len(list))
	for i, x := range list {
		out[i] = figure(x)
	}
	return out
}

// forever is a time that no measurement lasts.
const forever = time.Duration(math.MaxInt64 / 2)
