// Package judge holds an exhibit against the suite: which cases of the core tier fail by the
// mistake in it, and whether the cases of the full tier that it names do.
//
//	the core tier's cases ──▶ a few servers of the same binary, each with one case at a
//	                          time: a server that a case has ended or filled is no other's
//	     │ as listed: believed
//	     ▼ not as listed
//	again, alone and with long patience: only what is so every time counts
//
// Most of the time of a failing case is waiting for what never comes, so those that are listed
// as failing are waited for a short while.
package judge

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/museum"
)

// How long one wait of a case may last.
const (
	short = time.Second     // as long as the grader's, and a little
	long  = 4 * time.Second // where a verdict would be a surprise
)

// besides is how many servers share an exhibit's cases.
const besides = 4

// sound are cases that must pass on each exhibit from their chapter on, unless it lists them:
// a server that does not even serve would show nothing.
var sound = []string{"go-redis connects with its defaults"}

// machine is held by what runs beside other things; whole by what is tried alone.
var machine sync.RWMutex

// Finding is a case that did not end as the exhibit says.
type Finding struct {
	Case    string
	Message string
	Report  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s\n%s", f.Case, f.Message, f.Report)
}

// Judge runs the core tier of the chapters up to the exhibit's and the cases of the full tier
// that it names, on its binary, and returns what is not as it says.
func Judge(x museum.Exhibit, binary string) ([]Finding, error) {
	asked, err := toRun(x)
	if err != nil {
		return nil, err
	}
	machine.RLock()
	results, err := run(x, binary, asked, short)
	machine.RUnlock()
	if err != nil {
		return nil, err
	}
	doubtful := surprises(x, results)
	for range again {
		if len(doubtful) == 0 {
			return nil, nil
		}
		if results, err = runAlone(x, binary, doubtful); err != nil {
			return nil, err
		}
		doubtful = surprises(x, results)
	}
	var found []Finding
	for _, r := range results {
		if message := surprise(x, r); message != "" {
			found = append(found, Finding{r.Case.Name, message, r.Report})
		}
	}
	return found, nil
}

// runAlone runs cases when nothing else of this process runs.
func runAlone(x museum.Exhibit, binary string, doubtful []conformance.Case) ([]conformance.Result, error) {
	machine.Lock()
	defer machine.Unlock()
	return run(x, binary, doubtful, long)
}

// surprises are the cases that did not end as the exhibit says.
func surprises(x museum.Exhibit, results []conformance.Result) (doubtful []conformance.Case) {
	for _, r := range results {
		if surprise(x, r) != "" {
			doubtful = append(doubtful, r.Case)
		}
	}
	return doubtful
}

// surprise says in what a result is not what the exhibit says; "" if it is. How a case fails is not
// held against it: a slow machine turns an end into a silence.
func surprise(x museum.Exhibit, r conformance.Result) string {
	_, listed := x.Core.Symptom(r.Case.Name)
	named := slices.Contains(x.Full, r.Case.Name)
	switch {
	case slices.Contains(x.May, r.Case.Name):
		return ""
	case r.Status == conformance.Skipped:
		return "cannot be asked"
	case r.Status == conformance.Passed && (listed || named):
		return "passes, and is listed as failing"
	case r.Status == conformance.Failed && !listed && !named:
		return "fails, and is not listed"
	}
	return ""
}

// Core are the cases of the core tier of a chapter's server, in their order.
func Core(chapter int) (core []conformance.Case) {
	for _, c := range cases.All() {
		if c.Core && c.In(chapter) {
			core = append(core, c)
		}
	}
	slices.SortStableFunc(core, func(a, b conformance.Case) int { return cmp.Compare(a.From, b.From) })
	return core
}

// toRun are the cases that are run on an exhibit.
func toRun(x museum.Exhibit) ([]conformance.Case, error) {
	asked := Core(x.Chapter)
	core := map[string]bool{}
	for _, c := range asked {
		core[c.Name] = true
	}
	for _, f := range x.Core {
		if !core[f.Case] {
			return nil, fmt.Errorf("%s: the core tier of chapter %d has no case %q", x.Folder(), x.Chapter, f.Case)
		}
	}
	for _, name := range x.May {
		if !core[name] {
			return nil, fmt.Errorf("%s: the core tier of chapter %d has no case %q", x.Folder(), x.Chapter, name)
		}
	}
	for _, name := range append(append([]string{}, x.Full...), sound...) {
		c, err := Case(name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", x.Folder(), err)
		case c.In(x.Chapter):
			asked = append(asked, c)
		case slices.Contains(x.Full, name):
			return nil, fmt.Errorf("%s: chapter %d has no case %q", x.Folder(), x.Chapter, name)
		}
	}
	return asked, nil
}

// Case is a case by its name.
func Case(name string) (conformance.Case, error) {
	all := cases.All()
	i := slices.IndexFunc(all, func(c conformance.Case) bool { return c.Name == name })
	if i < 0 {
		return conformance.Case{}, fmt.Errorf("there is no case %q", name)
	}
	return all[i], nil
}

// Alone reports whether one of the exhibit's cases measures time: nothing may run beside it.
func Alone(x museum.Exhibit) bool {
	return slices.ContainsFunc(x.Full, func(name string) bool {
		c, err := Case(name)
		return err == nil && c.Alone
	})
}

// run runs cases on servers of one binary, and returns the results in the cases' order.
func run(x museum.Exhibit, binary string, asked []conformance.Case, patience time.Duration) ([]conformance.Result, error) {
	results := make([]conformance.Result, len(asked))
	places := make(chan int)
	servers := min(besides, len(asked))
	errs := make(chan error, servers)
	var running sync.WaitGroup
	for range servers {
		running.Go(func() {
			target, err := conformance.BinaryTarget(x.Folder(), x.Chapter, binary)
			if err != nil {
				errs <- err
				for range places { // others may be waited for
				}
				return
			}
			defer target.Close()
			target.Patience = patience
			for i := range places {
				c := asked[i]
				c.Timeout = 15 * time.Second
				results[i] = conformance.RunLiving(target, c)
			}
		})
	}
	for i := range asked {
		places <- i
	}
	close(places)
	running.Wait()
	close(errs)
	return results, <-errs
}

// Show runs one case on an exhibit's binary: its report is what the suite says of the mistake.
func Show(x museum.Exhibit, binary, name string) (conformance.Result, error) {
	c, err := Case(name)
	if err != nil {
		return conformance.Result{}, err
	}
	results, err := run(x, binary, []conformance.Case{c}, short)
	if err != nil {
		return conformance.Result{}, err
	}
	return results[0], nil
}
