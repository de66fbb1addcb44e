package conformance_test

// edited_test.go: a chapter that is changed in a place or two, built and asked.

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// edit changes a file of a chapter in one place.
type edit struct{ file, find, put string }

// edited are the files with all edits, by their paths in the chapter.
func edited(t *testing.T, chapter chapters.Chapter, edits []edit) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, e := range edits {
		source, ok := files[e.file]
		if !ok {
			source = readFile(t, filepath.Join(chapter.Dir, e.file))
		}
		require.Equal(t, 1, strings.Count(source, e.find), "%s holds %q once", e.file, e.find)
		files[e.file] = strings.Replace(source, e.find, e.put, 1)
	}
	return files
}

// startEdited builds and starts a chapter with edits. It is not waited for as long as
// others: most of what is waited for never comes.
func startEdited(t *testing.T, chapter chapters.Chapter, name string, edits ...edit) *conformance.Target {
	t.Helper()
	binary, err := harness.BuildReplacing(chapter, name, edited(t, chapter, edits))
	require.NoError(t, err)
	target, err := conformance.BinaryTarget(name, chapter.Number, binary)
	require.NoError(t, err)
	target.Patience = time.Second
	t.Cleanup(target.Close)
	return target
}

// run runs a case by its name. It has short patience: most of what is waited
// for here never comes.
func run(t *testing.T, target *conformance.Target, byName map[string]conformance.Case, name string) conformance.Result {
	t.Helper()
	c, ok := byName[name]
	require.True(t, ok, "there is a case %q", name)
	c.Timeout = 15 * time.Second
	return conformance.Run(target, c)
}
