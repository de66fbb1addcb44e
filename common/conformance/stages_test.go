package conformance_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
)

func TestMain(m *testing.M) {
	conformance.RaiseFileLimit()
	os.Exit(harness.RunTests(m))
}

// stages returns the chapters to test: all, or the one that CH names.
func stages(t *testing.T) []chapters.Chapter {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	if only := os.Getenv("CH"); only != "" {
		c, err := chapters.Parse(list, only)
		require.NoError(t, err)
		return []chapters.Chapter{c}
	}
	return list
}

// redisTarget starts the oracle. Where there is none the test is skipped, or
// fails if REQUIRE_REDIS=1.
func redisTarget(t *testing.T) *conformance.Target {
	t.Helper()
	target, err := conformance.RedisTarget()
	if errors.Is(err, harness.ErrNoRedis) && os.Getenv("REQUIRE_REDIS") != "1" {
		fmt.Println("The oracle's part is skipped:", err)
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(target.Close)
	return target
}

// TestAlone runs the cases that want the machine to themselves, on every stage
// and on redis-server, one after another. Tests that say t.Parallel wait until
// it has ended.
func TestAlone(t *testing.T) {
	for _, c := range stages(t) {
		t.Run(name(c), func(t *testing.T) { runAll(t, stageTarget(t, c), alone, nil) })
	}
	t.Run("redis", func(t *testing.T) { runAll(t, redisTarget(t), alone, nil) })
}

// TestStages runs every other case on every stage from its chapter on, all
// stages beside each other: most cases wait more than they work.
func TestStages(t *testing.T) {
	t.Parallel()
	for _, c := range stages(t) {
		t.Run(name(c), func(t *testing.T) {
			t.Parallel()
			target := stageTarget(t, c)
			if c.Number >= firstWithRESP3 {
				runAll(t, target, together, newEncore(t, target))
				return
			}
			runAll(t, target, together, nil)
		})
	}
}

// TestRedis runs them on redis-server: the oracle passes, or the case is wrong.
func TestRedis(t *testing.T) {
	t.Parallel()
	runAll(t, redisTarget(t), together, nil)
}

func name(c chapters.Chapter) string { return fmt.Sprintf("ch%02d", c.Number) }

func stageTarget(t *testing.T, c chapters.Chapter) *conformance.Target {
	t.Helper()
	target, err := conformance.StageTarget(c)
	require.NoError(t, err)
	t.Cleanup(target.Close)
	return target
}

func alone(c conformance.Case) bool    { return c.Alone }
func together(c conformance.Case) bool { return !c.Alone }

// runAll runs those of the target's cases as subtests, lesson by lesson. Cases of
// one lesson run beside each other, unless they or the target cannot. Those that an encore
// plays are said again.
func runAll(t *testing.T, target *conformance.Target, those func(conformance.Case) bool, again *encore) {
	all := cases.All()
	for _, lesson := range chapters.Lessons {
		var here []conformance.Case
		for _, c := range all {
			if c.Lesson == lesson.Title && c.For(target) && those(c) {
				here = append(here, c)
			}
		}
		if len(here) == 0 {
			continue
		}
		t.Run(lesson.Title, func(t *testing.T) {
			for _, c := range here {
				t.Run(c.Name, func(t *testing.T) {
					if !c.Alone && !target.OneAtATime() {
						t.Parallel()
					}
					if !again.plays(c) {
						check(t, conformance.Run(target, c))
						return
					}
					recorded := *target
					recorded.Script = &conformance.Script{}
					check(t, conformance.Run(&recorded, c))
					if steps := recorded.Script.Steps(); len(steps) > 0 {
						again.of(t, c).play(t, steps)
					}
				})
			}
		})
	}
}

// check turns a result into a test's.
func check(t *testing.T, r conformance.Result) {
	t.Helper()
	switch r.Status {
	case conformance.Failed:
		t.Fatal("\n" + r.Report)
	case conformance.Skipped:
		t.Skip(r.Report)
	case conformance.Passed:
	}
}
