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
	code := m.Run()
	harness.RemoveBuilds()
	os.Exit(code)
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

// TestStages runs every case on every stage from its chapter on.
func TestStages(t *testing.T) {
	for _, c := range stages(t) {
		t.Run(fmt.Sprintf("ch%02d", c.Number), func(t *testing.T) {
			target, err := conformance.StageTarget(c)
			require.NoError(t, err)
			t.Cleanup(target.Close)
			runAll(t, target, cases.All())
		})
	}
}

// TestRedis runs every case on redis-server: the oracle passes, or the case is
// wrong.
func TestRedis(t *testing.T) {
	runAll(t, redisTarget(t), cases.All())
}

// runAll runs the target's cases as subtests, lesson by lesson: first those
// that want to be alone, then the others beside each other.
func runAll(t *testing.T, target *conformance.Target, all []conformance.Case) {
	for _, lesson := range chapters.Lessons {
		byLesson := map[bool][]conformance.Case{}
		for _, c := range all {
			if c.Lesson == lesson.Title && c.For(target) {
				alone := c.Alone || target.OneAtATime()
				byLesson[alone] = append(byLesson[alone], c)
			}
		}
		if len(byLesson) == 0 {
			continue
		}
		t.Run(lesson.Title, func(t *testing.T) {
			for _, alone := range []bool{true, false} {
				for _, c := range byLesson[alone] {
					t.Run(c.Name, func(t *testing.T) {
						if !alone {
							t.Parallel()
						}
						check(t, conformance.Run(target, c))
					})
				}
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
