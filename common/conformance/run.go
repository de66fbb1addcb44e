// run.go: one case on one target, to its end or to the end of its time.

package conformance

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"redis-internals/common/harness"
)

// Run runs the case on the target. A case that fails, panics or hangs ends
// alone: it runs in a goroutine of its own, every wait in it has a deadline,
// and when its time is up its connections are closed under it.
func Run(target *Target, c Case) Result {
	result := Result{Case: c, Target: target.Name}
	if why := c.skipOn(target); why != "" {
		result.Status, result.Report = Skipped, why
		return result
	}
	began := time.Now()
	t := &T{target: target, c: c, patience: target.patience()}
	reviving.Lock()
	t.addr, t.server = target.Addr, target.shared
	reviving.Unlock()
	if c.own() && target.Launch != nil {
		own, err := target.Launch(harness.Options{Args: c.Args, Wrap: c.Wrap})
		if err != nil {
			result.Status, result.Report = Failed, "the case's own server does not start: "+err.Error()
			result.Symptom = serverEnded
			return result
		}
		defer own.Kill()
		t.addr, t.server = own.Addr, own
	}
	t.execute()
	result.Took = time.Since(began)
	switch {
	case t.failed:
		result.Status, result.Report, result.Symptom = Failed, t.report.String(), t.diagnosed()
		if result.Symptom == serverEnded && t.server != target.shared {
			result.Report += "\n" + deathReport(t.server)
		}
	case t.skipped != "":
		result.Status, result.Report = Skipped, t.skipped
	}
	return result
}

// RunLiving runs the case on a target whose shared server is started again if a case before
// has ended it. Of a case that fails the report has how the server has ended by it, or else what
// it has printed meanwhile: the stack of a thread that has ended, for instance.
func RunLiving(target *Target, c Case) Result {
	target.revive()
	printed := target.printed("")
	r := Run(target, c)
	if r.Status != Failed {
		return r
	}
	if died := target.DeathReport(); died != "" {
		r.Report += "\n" + died
	} else if said := target.printed(printed); said != "" {
		r.Report += "\nThe server printed meanwhile:\n" + lastWords(said) + "\n"
	}
	return r
}

// execute runs the case's function to its end, or gives up on it.
func (t *T) execute() {
	done := make(chan struct{})
	go func() {
		// Deferred, since Goexit in the case ends this goroutine, too.
		defer close(done)
		defer t.tasks.Wait()
		t.guard(func() {
			t.makeFresh()
			t.c.Run(t)
			t.Wait()
			t.expectNothingLeft()
		})
	}()
	timer := time.NewTimer(t.c.timeout())
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		t.seems(silence)
		t.recordFailure(fmt.Sprintf("the case did not end within %v", t.c.timeout()))
		t.stop()
		select {
		case <-done:
		case <-time.After(time.Second): // left behind; it owns nothing that others use
		}
	}
	t.cleanUp()
}

// guard runs fn; a panic in it is a failure of the case, and Goexit, which is
// how a failed require ends, ends only fn.
func (t *T) guard(fn func()) {
	returned := false
	defer func() {
		if r := recover(); r != nil {
			t.recordFailure(fmt.Sprintf("the case panicked: %v\n%s", r, debug.Stack()))
			t.stop()
		} else if !returned && !t.over() {
			t.recordFailure("the case ended itself: runtime.Goexit without a failure")
		}
	}()
	fn()
	returned = true
}

// caller names the line of the case that is being run: the innermost frame
// outside of this package. It is "" where no case is on the stack.
func caller() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "testing."), strings.HasPrefix(frame.Function, "main."), !more:
			return ""
		case !inMachinery(frame.Function):
			return fmt.Sprintf("the case's line: %s:%d\n", shortPath(frame.File), frame.Line)
		}
	}
}

func inMachinery(function string) bool {
	for _, prefix := range []string{"redis-internals/common/conformance.", "github.com/stretchr/testify", "runtime."} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}

// shortPath keeps a path's last two elements.
func shortPath(path string) string {
	parts := strings.Split(path, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}
