// Package conformance judges a server by what its clients see.
//
// A Case is one thing a server must do, from a chapter on. A Target is a
// server: a chapter's stage, a redis-server, or an address where anything may
// listen. Run brings the two together; the tests of this package, cmd/check and
// cmd/matrix are three ways to ask for it and to show what came out.
//
//	cases.All() --> []Case --+
//	                         +--> Run --> Result: passed, failed with a report, skipped
//	StageTarget, ... --> Target
//
// redis-server 7.0.15 is the oracle: a case that fails there is wrong, unless
// it says in NotRedis why the stages differ on purpose. The cases themselves
// are in package cases, the bytes in package wire.
package conformance

import (
	"fmt"
	"time"

	"redis-internals/common/harness"
)

// Case is one thing that a server must do.
type Case struct {
	Name   string // what a server does that passes: "PING answers PONG"
	Lesson string // the title of one of chapters.Lessons
	From   int    // the first chapter that must pass
	Until  int    // the last one; 0 for no end

	Core  bool   // it is needed to go on; all others are the full tier
	Means string // what is to happen, in a sentence; every core case has one

	NotRedis  string // why redis-server is not asked; "" where it is
	StageOnly string // why only this repository's stages are asked; "" for any server

	// Own asks for a server of the case's own where one can be started, and
	// Alone for a time when no other case runs: it measures time, or takes more
	// of the machine than cases beside it would bear. Args and Wrap are as in
	// harness.Options; they imply Own.
	Own   bool
	Alone bool
	Args  []string
	Wrap  []string

	Timeout time.Duration // for the whole case; 0 means 30 seconds

	Run func(t *T)
}

func (c Case) own() bool { return c.Own || c.special() }

// special says that only a server started for this case will do.
func (c Case) special() bool { return len(c.Args)+len(c.Wrap) > 0 }

func (c Case) timeout() time.Duration {
	if c.Timeout == 0 {
		return 30 * time.Second
	}
	return c.Timeout
}

// In says whether the case is one of the chapter's.
func (c Case) In(chapter int) bool {
	return c.From <= chapter && (c.Until == 0 || chapter <= c.Until)
}

// For says whether the case is one of the target's: the oracle is asked all.
func (c Case) For(target *Target) bool { return target.Chapter == 0 || c.In(target.Chapter) }

// skipOn says why the target is not asked, or "".
func (c Case) skipOn(target *Target) string {
	switch {
	case target.Redis && c.NotRedis != "":
		return "differs from Redis on purpose: " + c.NotRedis
	case !target.stage() && c.StageOnly != "":
		return "only this repository's stages: " + c.StageOnly
	case target.Launch == nil && c.special():
		return fmt.Sprintf("needs a server started with %q", append(append([]string{}, c.Wrap...), c.Args...))
	case target.command != nil && !c.Core && c.special() && !target.takes(harness.Options{Args: c.Args, Wrap: c.Wrap}):
		return needsFlags
	}
	return ""
}

// needsFlags is why a server that is started by a line of shell is not asked.
const needsFlags = "needs flags that FLAGS= does not name"

// Status is how a case ended.
type Status int

// The statuses.
const (
	Passed Status = iota
	Failed
	Skipped
)

// Result is what Run found out.
type Result struct {
	Case   Case
	Target string
	Status Status
	Report string // Failed: the whole story. Skipped: the reason
	Took   time.Duration

	Symptom string // Failed: what it looks like, see symptom.go
}
