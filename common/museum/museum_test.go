package museum_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
)

func TestMain(m *testing.M) {
	conformance.RaiseFileLimit()
	os.Exit(harness.RunTests(m))
}

func open(t *testing.T) museum.Museum {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	m, err := museum.Open(root)
	require.NoError(t, err)
	return m
}

// TestExhibits breaks chapters on purpose and expects the suite to say where. That a chapter
// passes without the mistake is what the suite's own tests say of it.
//
//	go test ./common/museum -run 'TestExhibits/19'
func TestExhibits(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a server an exhibit")
	}
	m := open(t)
	for _, x := range m.Exhibits {
		t.Run(x.Folder(), func(t *testing.T) {
			if !judge.Alone(x) {
				t.Parallel()
			}
			began := time.Now()
			require.NoError(t, x.Whole())
			binary, err := x.Build(m.Chapters)
			require.NoError(t, err)
			built := time.Since(began)
			found, err := judge.Judge(x, binary)
			require.NoError(t, err)
			require.Empty(t, found)
			t.Logf("built in %v, judged in %v", built, time.Since(began)-built)
			askedFor(t)
			found, err = judge.Question(m, x)
			require.NoError(t, err)
			require.Empty(t, found)
			t.Logf("%v in all", time.Since(began))
		})
	}
}

// askedFor skips the question where the program that most scripts ask with is not installed.
func askedFor(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-cli"); err != nil && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip("redis-cli is not installed: the question is not put")
	}
}
