package conformance_test

// learners_test.go: servers as learners write them, and mistakes as learners make them.
//
//	learners/python/redis.py               ──▶ passes the core of its chapters
//	learners/python/redis.py --bug NAME    ──▶ the first report is about that mistake, and
//	                                           the exhibit NAME is among the first two named
//
// The servers share no code with the chapters and none with each other: threads here, a loop
// there. So a report that names the mistake in all of them does it for a stranger's, too.
//
// The verdict over the mistakes is a share: from outside a few look like others.

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
)

// learner is a server below learners.
type learner struct {
	language string            // its folder
	needs    string            // the program without which it cannot be built or run
	build    string            // a line of shell, run in its folder; "" where there is nothing to build
	run      string            // what its owner would type as CMD=; {source} is its folder, {made} one that build writes to
	flags    map[string]string // what its owner would type as FLAGS=
	upto     int
	bugs     []planted
}

// planted is a mistake that a server makes with --bug.
type planted struct {
	bug string // the exhibit's name without its number
	own string // the core case that is about it
}

const (
	share      = 80               // percent of all planted bugs that must be named
	most       = 50               // percent of the first reports that must come promptly
	promptly   = 2 * time.Second  // from a stage's first case to the first report
	coreTime   = 20 * time.Second // for the whole core of chapters 2 to 5
	tries      = 3                // of what takes time, on a machine that has much else to do
	slower     = 5                // times as long: that no machine explains
	slowServer = 10 * time.Second // how long a sound server may keep a case waiting
)

// inMemory is a folder whose files are on no disk, where there is one.
const inMemory = "/dev/shm"

func TestLearners(t *testing.T) {
	if testing.Short() {
		t.Skip("grades some servers fifty times")
	}
	root, err := chapters.Root()
	require.NoError(t, err)
	m, err := museum.Open(root)
	require.NoError(t, err)
	var bugs verdicts
	made := t.TempDir()
	if info, err := os.Stat(inMemory); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", inMemory) // how long a disk takes to sync a log is not the grader's
	}
	t.Run("servers", func(t *testing.T) {
		for _, l := range learners {
			t.Run(l.language, func(t *testing.T) {
				t.Parallel()
				command := l.prepare(t, root, made)
				t.Run("sound", func(t *testing.T) {
					t.Parallel()
					passesCore(t, command, l.upto)
				})
				for _, p := range l.bugs {
					t.Run(p.bug, func(t *testing.T) {
						t.Parallel()
						bugs.add(t, m, &verdict{planted: p, language: l.language, upto: l.upto, command: withBug(command, p.bug)})
					})
				}
			})
		}
	})
	bugs.conclude(t, m)
}

// Each mistake is an exhibit's, and the README of the servers names it.
func TestLearners_AreListed(t *testing.T) {
	root, err := chapters.Root()
	require.NoError(t, err)
	m, err := museum.Open(root)
	require.NoError(t, err)
	readme := readFile(t, filepath.Join(root, "common", "conformance", "learners", "README.md"))
	for _, l := range learners {
		row := regexp.MustCompile("(?m)^\\| `" + l.language + "` .*$").FindString(readme)
		for _, p := range l.bugs {
			require.Contains(t, row, "`"+p.bug+"`", "the README's row of %s", l.language)
			_, err := m.Find(p.bug)
			require.NoError(t, err)
		}
	}
}

// prepare builds a server, and returns how it is started. A language that is not installed is
// skipped, with a word.
func (l learner) prepare(t *testing.T, root, made string) harness.Command {
	if _, err := exec.LookPath(l.needs); err != nil {
		fmt.Printf("The learner's server in %s is skipped: %s is not installed.\n", l.language, l.needs)
		t.Skip(err)
	}
	source := filepath.Join(root, "common", "conformance", "learners", l.language)
	made = filepath.Join(made, l.language)
	require.NoError(t, os.Mkdir(made, 0o755))
	places := strings.NewReplacer("{source}", source, "{made}", made)
	if l.build != "" {
		cmd := exec.Command("sh", "-c", places.Replace(l.build))
		cmd.Dir = source
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	return harness.Command{Name: l.language, Line: places.Replace(l.run), Flags: l.flags}
}

func withBug(c harness.Command, bug string) harness.Command {
	c.Line = strings.Replace(c.Line, "{flags}", "--bug "+bug+" {flags}", 1)
	return c
}

// passesCore expects that a sound server passes, and in time.
func passesCore(t *testing.T, c harness.Command, upto int) {
	var g *grade
	for range tries {
		g = gradeCore(t, nil, c, upto, slowServer)
		require.True(t, g.passed, "%s", g.out.String())
		if g.within(g.took, coreTime) {
			t.Logf("the core of chapters 2 to %d took %v", upto, g.took)
			return
		}
	}
	require.True(t, g.within(g.took, slower*coreTime), "the core of chapters 2 to %d took %v, on a machine that is slowed down %.1f times", upto, g.took, g.slow)
}

// grade is what came of grading.
type grade struct {
	passed bool
	took   time.Duration // all of it, but for the server's start
	first  time.Duration // from the first case of a stage to its first report; 0 without one
	out    bytes.Buffer

	stage time.Time
	slow  float64 // how much longer things took than on a machine that has nothing else to do
}

// Write notes when the grader says something.
func (g *grade) Write(p []byte) (int, error) {
	switch text := string(p); {
	case strings.HasPrefix(text, "Stage "):
		g.stage = time.Now()
	case strings.Contains(text, "  FAIL  ") && g.first == 0:
		g.first = time.Since(g.stage)
	}
	return g.out.Write(p)
}

// gradeCore grades a server's core tier.
func gradeCore(t *testing.T, known []conformance.Exhibit, c harness.Command, upto int, patience time.Duration) *grade {
	target, err := conformance.CommandTarget(c, upto)
	require.NoError(t, err)
	defer target.Close()
	target.Patience = patience
	core := slices.DeleteFunc(cases.All(), func(c conformance.Case) bool { return !c.Core })
	g, before, began := &grade{}, slowdown(), time.Now()
	g.passed = conformance.Grading{Cases: core, Exhibits: known}.Grade(g, target)
	g.took = time.Since(began)
	g.slow = max(before, slowdown())
	return g
}

// slowdown is how many times longer than its CPU time a computation takes just now: 1 on a
// machine that has a core for it.
func slowdown() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const long = 30 * time.Millisecond
	began, first := time.Now(), threadTime()
	for threadTime()-first < long {
	}
	return max(1, float64(time.Since(began))/float64(long))
}

// threadTime is the CPU time of this thread.
func threadTime() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now)
	return time.Duration(now.Nano())
}

// within reports whether something that took so long would be done by then on a machine that
// has nothing else to do.
func (g *grade) within(took, limit time.Duration) bool {
	return float64(took) <= float64(limit)*g.slow
}

var firstReport = regexp.MustCompile(`(?m)^  FAIL  (.*)$`)

// isAbout is the case that the first report is about; "" if there is no report.
func (g *grade) isAbout() string {
	if found := firstReport.FindStringSubmatch(g.out.String()); found != nil {
		return found[1]
	}
	return ""
}

// verdict is what the grader says of a planted bug.
type verdict struct {
	planted
	language string
	upto     int
	command  harness.Command
	*grade
	exhibits []string // that the report names: two at most
}

// judge grades it, and looks for the mistake among those that are known.
func (v *verdict) judge(t *testing.T, m museum.Museum) {
	v.grade = gradeCore(t, judge.Causes(m), v.command, v.upto, 0)
	v.exhibits = nil
	for _, found := range namedExhibit.FindAllStringSubmatch(v.out.String(), -1) {
		x, err := m.Find(found[1])
		require.NoError(t, err)
		v.exhibits = append(v.exhibits, x.Name)
	}
}

var namedExhibit = regexp.MustCompile(`exhibit (\d\d)`)

// says is all that is looked at.
func (v *verdict) says() string { return fmt.Sprint(v.isAbout(), v.exhibits) }

func (v *verdict) likened() bool  { return slices.Contains(v.exhibits, v.bug) }
func (v *verdict) named() bool    { return v.isAbout() == v.own }
func (v *verdict) promptly() bool { return v.within(v.first, promptly) }

// verdicts are those over all planted bugs.
type verdicts struct {
	mu  sync.Mutex
	all []*verdict
}

func (vs *verdicts) add(t *testing.T, m museum.Museum, v *verdict) {
	v.judge(t, m)
	vs.mu.Lock()
	defer vs.mu.Unlock()
	vs.all = append(vs.all, v)
}

// conclude counts. What was not right while other servers ran is judged once more, alone.
func (vs *verdicts) conclude(t *testing.T, m museum.Museum) {
	if len(vs.all) == 0 {
		return // -run has chosen none
	}
	var named, likened, first, prompt, ever tally
	for _, v := range vs.all {
		for try := 1; try < tries && !(v.named() && v.likened() && v.promptly()); try++ {
			before := v.says()
			if v.judge(t, m); v.says() == before && v.promptly() {
				break // it is what it is
			}
		}
		who := v.language + " --bug " + v.bug
		named.add(v.named(), "%s: the first report is about %q, not %q", who, v.isAbout(), v.own)
		likened.add(v.likened(), "%s: it is likened to %v", who, v.exhibits)
		first.add(v.likened() && v.exhibits[0] == v.bug, "%s: %v", who, v.exhibits)
		prompt.add(v.promptly(), "%s: the first report came after %v, on a machine that is slowed down %.1f times", who, v.first, v.slow)
		ever.add(v.within(v.first, slower*promptly), "%s: %v", who, v.first)
	}
	require.GreaterOrEqual(t, named.percent(), share, "first reports about the planted bug's own case: %s", &named)
	require.GreaterOrEqual(t, likened.percent(), share, "right exhibits among the first two: %s", &likened)
	require.GreaterOrEqual(t, prompt.percent(), most, "first reports within %v: %s", promptly, &prompt)
	require.Equal(t, 100, ever.percent(), "first reports within %v: %s", slower*promptly, &ever)
	slowest := slices.MaxFunc(vs.all, func(a, b *verdict) int { return cmp.Compare(a.first, b.first) })
	t.Logf("The first report is about the planted bug in %s\nThe right exhibit is among the first two in %s\nIt is the first in %s\n"+
		"The slowest first report came after %v, of %s --bug %s", &named, &likened, &first, slowest.first, slowest.language, slowest.bug)
}

// tally is a share, and what does not belong to it.
type tally struct {
	right, all int
	wrong      []string
}

func (c *tally) add(right bool, format string, args ...any) {
	if c.all++; right {
		c.right++
	} else {
		c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
	}
}

func (c *tally) percent() int { return 100 * c.right / max(1, c.all) }

func (c *tally) String() string {
	return fmt.Sprintf("%d of %d\n  %s", c.right, c.all, strings.Join(c.wrong, "\n  "))
}
