// Package duel has two servers answer the same, and finds the shortest session after which
// they do not.
//
//	generators ── session ──▶ the server that is judged ──▶ reply ──┐
//	(differential)      └───▶ redis-server               ──▶ reply ─┴─▶ alike? the next one
//	                                                                └─▶ not? make it shorter
//
// A duel has two rounds. The first asks for what the core cases of the chapters ask for. It
// gives the keys of each session names of their own, so nothing that a session leaves behind
// can be met by a later one, and nothing needs to be emptied. The second asks for all that the
// chapters have, on a server that is emptied before each session; commands that the server does
// not know are left out of it, and named.
//
// A session is drawn from a seed, so it can be drawn again. When the servers differ lines are
// left out, and words, for as long as they still do (shorten.go). What is left is played once
// more, on a server that was started afresh.
package duel

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

// First is the chapter with which duels begin: an echo server says nothing by itself.
const First = 2

// firstWithPipelines is the chapter from which on several requests come at once.
const firstWithPipelines = 4

// How long a reply may take: at first, and where a session is being made shorter. A server that
// hangs would hang each time.
const (
	patience      = 4 * time.Second
	shortPatience = time.Second
)

// Duel is how two servers are compared.
type Duel struct {
	Judged  *conformance.Target // its Chapter says what is asked
	Oracle  *conformance.Target
	Seed    int           // of the first session
	Core    time.Duration // how long the first round goes on
	All     time.Duration // and the second
	Shorten time.Duration // how long a session is made shorter

	Progress *terminal.Progress

	clients  []*Pair
	commands int     // of this round
	session  int     // its number, for the names of its keys
	last     Session // that was played
	best     *Finding
	failure  error // there is no going on
}

// Finding is a session after which the servers differ.
type Finding struct {
	Session Session
	Heard   []Replies // to its lines; the last ones differ
	Diff    Difference
	Seed    int    // it was drawn from
	Again   bool   // it came out the same on a server that was started afresh
	Death   string // how the server ended upon it; "" if it did not
}

// slow reports whether nothing was found but that a reply came late, once.
func (f *Finding) slow() bool { return !f.Again && errors.Is(f.Diff.Err, os.ErrDeadlineExceeded) }

// Round is what one round came to.
type Round struct {
	Name     string
	Commands int
	Found    *Finding // nil: alike
	Unknown  []string // commands that were not asked for
	Skipped  string   // why it was not held
}

// NewOracle is redis-server, or the chapter's stage where there is none.
func NewOracle(list []chapters.Chapter, chapter int) (*conformance.Target, error) {
	target, err := conformance.RedisTarget()
	if errors.Is(err, harness.ErrNoRedis) {
		return conformance.StageTarget(list[chapter-1])
	}
	return target, err
}

// byBeginning reports whether of errors the beginning alone is compared. Before chapter 5 the
// core cases ask for no more.
func (d *Duel) byBeginning() bool { return d.Judged.Chapter < 5 }

// Title says who is compared, and how, in lines.
func (d *Duel) Title() string {
	chapters := "chapter 2"
	if d.Judged.Chapter > First {
		chapters = fmt.Sprintf("chapters 2 to %d", d.Judged.Chapter)
	}
	title := fmt.Sprintf("%s and %s, %s\n", d.Judged.Name, describe(d.Oracle), chapters)
	switch {
	case d.Judged.Chapter < firstWithPipelines:
		title += "a request at a time, and of errors the beginning\n"
	case d.byBeginning():
		title += "of errors the beginning\n"
	}
	return title
}

// Fight holds the rounds, up to the one in which the servers differ.
func (d *Duel) Fight() (rounds []Round, err error) {
	stage, oracle := &Peer{Target: d.Judged, Wait: patience}, &Peer{Target: d.Oracle}
	for range differential.Clients {
		d.clients = append(d.clients, &Pair{Stage: stage, Oracle: oracle, ByBeginning: d.byBeginning()})
		stage, oracle = &Peer{Target: d.Judged, Wait: patience}, &Peer{Target: d.Oracle}
	}
	empties, err := d.mayEmpty()
	if err != nil {
		return nil, err
	}
	if d.Judged.Chapter == First {
		d.Core += d.All // all is core there
	}
	core, err := d.round("core", d.Core, d.coreSessions(), true)
	rounds = append(rounds, core)
	if err != nil || core.Found != nil || d.Judged.Chapter == First {
		return rounds, err
	}
	all := Round{Name: "all"}
	if !empties {
		all.Skipped = "it needs FLUSHALL, to begin with nothing"
		return append(rounds, all), nil
	}
	draws, unknown, err := d.known()
	if err != nil {
		return rounds, err
	}
	all, err = d.round("all", d.All, draws, false)
	all.Unknown = unknown
	return append(rounds, all), err
}

// mayEmpty reports whether the server can be emptied. One that was running already and holds
// something is refused: what is in it is somebody's.
func (d *Duel) mayEmpty() (bool, error) {
	if d.Judged.Chapter == First {
		return false, nil
	}
	p := d.clients[0]
	if d.Judged.Launch == nil {
		size, err := d.ask(p.Stage, "DBSIZE")
		switch {
		case err != nil:
			return false, err
		case size.Kind != ':': // it cannot say, so it is not emptied
			return false, nil
		case size.Int > 0:
			return false, fmt.Errorf("%s holds %d keys, and a duel empties the server: give it an empty one, or start it by CMD=", d.Judged.Name, size.Int)
		}
	}
	ok, err := d.ask(p.Stage, "FLUSHALL")
	return ok.Kind == '+', err
}

// ask sends a request on a connection of its own.
func (d *Duel) ask(p *Peer, request ...string) (v wire.Value, err error) {
	if err = p.Connect(); err == nil {
		defer p.Close()
		if err = p.Send(wire.Command(request...)); err == nil {
			v, err = p.Read()
		}
	}
	if err != nil {
		err = fmt.Errorf("%s does not answer %s: %w", p.Name, differential.Show(request), err)
	}
	return v, err
}

// known draws sessions of the chapters' commands without those that the server does not know,
// and says which these are.
func (d *Duel) known() (draws *rapid.Generator[Session], unknown []string, err error) {
	names := map[string]bool{}
	for seed := range 60 {
		for _, draw := range d.allKinds() {
			for _, line := range draw.Example(seed).Lines {
				names[strings.ToUpper(line.Request[0])] = true
			}
		}
	}
	delete(names, "NOSUCH")
	for name := range names {
		v, err := d.ask(d.clients[0].Stage, name)
		if err != nil { // that is for the duel to find
			_ = d.Judged.Restart()
		}
		if v.IsError() && strings.Contains(strings.ToLower(v.Text), "unknown command") {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	kinds := rapid.OneOf(d.allKinds()...)
	return rapid.Custom(func(t *rapid.T) Session {
		s := kinds.Draw(t, "session")
		s.Lines = slices.DeleteFunc(s.Lines, func(l Line) bool { return slices.Contains(unknown, strings.ToUpper(l.Request[0])) })
		s.Burst = d.burst(t)
		return s
	}), unknown, nil
}

func (d *Duel) burst(t *rapid.T) int {
	if d.Judged.Chapter < firstWithPipelines {
		return 1
	}
	return rapid.IntRange(1, 8).Draw(t, "burst")
}

// coreSessions are generators of sessions of the core's commands.
func (d *Duel) coreSessions() *rapid.Generator[Session] {
	sequences := differential.Core(d.Judged.Chapter)
	return rapid.Custom(func(t *rapid.T) (s Session) {
		s.sequence(sequences.Draw(t, "commands"))
		s.add(0, differential.CoreEnd(d.Judged.Chapter)...)
		s.Burst = d.burst(t)
		return s
	})
}

// allKinds are generators of sessions of all that the chapters have.
func (d *Duel) allKinds() (kinds []*rapid.Generator[Session]) {
	chapter := d.Judged.Chapter
	sequences := differential.SequencesOf(chapter)
	kinds = append(kinds, rapid.Custom(func(t *rapid.T) (s Session) {
		s.sequence(sequences.Draw(t, "sequence"))
		s.add(0, differential.SequencesEnd(chapter)...)
		return s
	}))
	if chapter >= 7 {
		scenes := differential.Scenes()
		kinds = append(kinds, rapid.Custom(func(t *rapid.T) (s Session) {
			at := 0
			for _, step := range scenes.Draw(t, "scene") {
				for _, c := range step.Commands {
					s.add(step.Client, c.Request(at))
					at++
				}
			}
			s.add(0, []string{"RESET"})
			s.add(0, differential.SequencesEnd(chapter)...)
			return s
		}))
	}
	if chapter >= 8 {
		collections := differential.Collections()
		kinds = append(kinds, rapid.Custom(func(t *rapid.T) (s Session) {
			s.sequence(collections.Draw(t, "collections"))
			s.add(0, []string{"RESET"})
			for _, db := range differential.CollectionDatabases {
				s.add(0, []string{"SELECT", db}, []string{"DBSIZE"})
				for _, key := range differential.CollectionKeys {
					s.add(0, differential.EverythingOf(key)...)
				}
			}
			return s
		}))
	}
	return kinds
}

// round plays sessions until two replies differ, or the time is over.
func (d *Duel) round(name string, limit time.Duration, sessions *rapid.Generator[Session], ownNames bool) (Round, error) {
	d.commands, d.best, d.failure = 0, nil, nil
	began := time.Now()
	for seed := d.Seed; time.Since(began) < limit && d.best == nil && d.failure == nil; seed++ {
		d.Progress.Show("%s: %d commands, alike so far; %d of %d s", name, d.commands, int(time.Since(began).Seconds()), int(limit.Seconds()))
		if !d.try(sessions.Example(seed), ownNames) {
			continue
		}
		if d.best.Diff.Err != errEnded {
			d.shorten(ownNames)
		}
		if d.best.Seed = seed; d.Judged.Launch != nil && d.best.slow() {
			d.best = nil
		}
	}
	r := Round{Name: name, Commands: d.commands, Found: d.best}
	d.Progress.Clear()
	if d.best != nil { // that it is gone now is told with it
		return r, nil
	}
	return r, d.failure
}

// try plays a session on a server without its keys, and reports whether there was a difference.
// The shortest of those is kept.
func (d *Duel) try(s Session, ownNames bool) bool {
	if d.best == nil && d.Judged.Ended() {
		return d.endedByItself()
	}
	played := s
	if ownNames {
		played = d.renamed(s)
	} else {
		for _, p := range []*Peer{d.clients[0].Stage, d.clients[0].Oracle} {
			if _, err := d.ask(p, "FLUSHALL"); err != nil && d.failure == nil {
				d.failure = err
				return false
			}
		}
	}
	heard, diff, err := play(played, d.clients)
	if err != nil {
		d.failure = err
		return false
	}
	if d.best == nil {
		d.commands += len(heard)
	}
	d.last = s
	if diff == nil {
		if ownNames {
			d.forget(played)
		}
		return false
	}
	f := &Finding{Session: s.upTo(len(heard) - 1), Heard: heard, Diff: *diff}
	if diff.Err != nil {
		f.Death = d.Judged.DeathReport()
		d.revive()
		for _, c := range d.clients {
			c.Stage.Wait = shortPatience
		}
	}
	if d.best == nil || f.Session.shorter(d.best.Session) && f.Diff.like(d.best.Diff) {
		d.best = f
	}
	return true
}

// endedByItself is the finding that the server has ended when the clients of a session had
// left.
func (d *Duel) endedByItself() bool {
	f := &Finding{Session: d.last, Death: d.Judged.DeathReport(), Diff: Difference{Err: errEnded}}
	d.best = f
	if d.failure = d.Judged.Restart(); d.failure == nil {
		d.leaving(f)
	}
	return true
}

// leaving puts a PING in the place of a session, if the server ends when a client leaves that
// has said no more.
func (d *Duel) leaving(f *Finding) {
	if d.failure = d.Judged.Restart(); d.failure != nil {
		return
	}
	ping := Session{Lines: []Line{{Request: []string{"PING"}}}, Burst: 1}
	if heard, _, err := play(ping, d.clients); err == nil {
		if death := d.Judged.DeathReport(); death != "" {
			*f = Finding{Session: ping, Heard: heard, Diff: Difference{Request: []string{"PING"}, Err: errEnded}, Death: death, Again: true}
		}
	}
}

// errEnded is told in the place of a reply.
var errEnded = errors.New("the client leaves, and it ends")

// renamed gives the session's keys names that no other session has.
func (d *Duel) renamed(s Session) Session {
	d.session++
	suffix := "#" + strconv.Itoa(d.session)
	return s.mapped(func(word string) string {
		if slices.Contains(differential.CoreKeys, word) {
			return word + suffix
		}
		return word
	})
}

// forget deletes the keys of a session: nobody will ask for them again.
func (d *Duel) forget(s Session) {
	request := []string{"DEL"}
	for _, l := range s.Lines {
		for _, word := range l.Request[1:] {
			if strings.HasSuffix(word, "#"+strconv.Itoa(d.session)) && !slices.Contains(request, word) {
				request = append(request, word)
			}
		}
	}
	if len(request) > 1 {
		_, _ = d.ask(d.clients[0].Stage, request...)
		_, _ = d.ask(d.clients[0].Oracle, request...)
	}
}

// revive starts the judged server again, after it has ended or hung.
func (d *Duel) revive() {
	if d.Judged.Launch == nil {
		d.failure = errGone
		return
	}
	if err := d.Judged.Restart(); err != nil {
		d.failure = err
	}
}

// errGone says that a session cannot be played again.
var errGone = errors.New("the server is gone, or hangs, and only CMD= could start it again")

// describe is who the oracle is, for people.
func describe(oracle *conformance.Target) string {
	if !oracle.Redis {
		return "this repository's " + oracle.Name
	}
	p := &Peer{Target: oracle}
	if p.Connect() == nil {
		defer p.Close()
		if p.Send(wire.Command("INFO", "server")) == nil {
			if v, err := p.Read(); err == nil {
				if _, after, ok := strings.Cut(v.Text, "redis_version:"); ok {
					version, _, _ := strings.Cut(after, "\r\n")
					return "redis-server " + version
				}
			}
		}
	}
	return "redis-server"
}
