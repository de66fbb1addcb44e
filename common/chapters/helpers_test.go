package chapters

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository is a small repository of chapters in a temporary directory.
type repository struct {
	t    *testing.T
	root string
}

// newRepository writes the files, given by path and content, and commits them.
// A chapter without a go.mod gets a right one.
func newRepository(t *testing.T, files map[string]string) repository {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.org",
		"GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.org",
	} {
		t.Setenv(name, value)
	}
	r := repository{t, t.TempDir()}
	r.write("go.work", "go 1.26\n")
	for name, text := range files {
		r.write(name, text)
	}
	list, err := List(r.root)
	require.NoError(t, err)
	for _, c := range list {
		if _, given := files[c.Name+"/go.mod"]; !given {
			r.write(c.Name+"/go.mod", "module "+c.Module()+"\n\ngo 1.26\n")
		}
	}
	r.git("init", "--quiet")
	r.commit()
	return r
}

func (r repository) git(args ...string) {
	r.t.Helper()
	_, err := git(r.root, args...)
	require.NoError(r.t, err)
}

func (r repository) commit() {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", "test")
}

func (r repository) write(name, text string) {
	r.t.Helper()
	full := filepath.Join(r.root, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(r.t, os.WriteFile(full, []byte(text), 0o644))
}

func (r repository) remove(name string) {
	r.t.Helper()
	require.NoError(r.t, os.Remove(filepath.Join(r.root, name)))
}

func (r repository) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, name))
	require.NoError(r.t, err)
	return string(text)
}

func (r repository) chapter(number int) Chapter {
	r.t.Helper()
	list, err := List(r.root)
	require.NoError(r.t, err)
	return list[number-1]
}

func (r repository) makeExecutable(name string) {
	r.t.Helper()
	require.NoError(r.t, os.Chmod(filepath.Join(r.root, name), 0o755))
}

func (r repository) link(name, to string) {
	r.t.Helper()
	require.NoError(r.t, os.Symlink(to, filepath.Join(r.root, name)))
}
