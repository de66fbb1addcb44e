// patch.go: a chapter with the mistake in it, without touching the chapter.
//
//	bug.patch ──▶ the files it names, copied to a folder of their own ──▶ git apply there
//	                                                                      │
//	       go build -overlay: the chapter, but for these files  ◀─────────┘
//
// Only the patched package and what imports it is compiled; the rest is in Go's cache.

package museum

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// Patch is the exhibit's patch, as git diff prints it.
func (x Exhibit) Patch() (string, error) {
	text, err := os.ReadFile(filepath.Join(x.Dir, patchFile))
	return string(text), err
}

// patched are the paths that a patch changes, from the repository's root.
func patched(patch string) (paths []string) {
	for line := range strings.Lines(patch) {
		if path, ok := strings.CutPrefix(line, "+++ b/"); ok {
			path, _, _ = strings.Cut(path, "\t")
			paths = append(paths, strings.TrimSpace(path))
		}
	}
	return paths
}

// Apply returns the chapter and, by their paths inside it, the files that the patch changes,
// changed. It is an error that the patch touches anything else, or does not fit any more.
func (x Exhibit) Apply(list []chapters.Chapter) (c chapters.Chapter, files map[string]string, err error) {
	if x.Chapter < 1 || x.Chapter > len(list) {
		return c, nil, fmt.Errorf("%s: there is no chapter %d", x.Folder(), x.Chapter)
	}
	c = list[x.Chapter-1]
	patch, err := x.Patch()
	if err != nil {
		return c, nil, err
	}
	paths := patched(patch)
	if len(paths) == 0 {
		return c, nil, fmt.Errorf("%s: %s changes no file", x.Folder(), patchFile)
	}
	dir, err := os.MkdirTemp("", "redis-internals-exhibit-")
	if err != nil {
		return c, nil, err
	}
	defer os.RemoveAll(dir)
	root := filepath.Dir(c.Dir)
	for _, path := range paths {
		if !strings.HasPrefix(path, c.Name+"/") || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return c, nil, fmt.Errorf("%s: its patch changes %s, but %s's code is all that it may change", x.Folder(), path, c.Name)
		}
		if err := copyInto(dir, root, path); err != nil {
			return c, nil, fmt.Errorf("%s: %w", x.Folder(), err)
		}
	}
	if err := gitApply(dir, patch); err != nil {
		return c, nil, fmt.Errorf("%s: %s does not fit %s any more; make it anew:\n%w", x.Folder(), patchFile, c.Name, err)
	}
	files = map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return c, nil, fmt.Errorf("%s: %w", x.Folder(), err)
		}
		files[strings.TrimPrefix(path, c.Name+"/")] = string(text)
	}
	return c, files, nil
}

func copyInto(dir, root, path string) error {
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, path), text, 0o644)
}

// gitApply applies a patch in a folder that is no repository.
func gitApply(dir, patch string) error {
	cmd := exec.Command("git", "apply", "-")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(patch)
	// Where a hook has named a repository, or the folder lies in one, git would look there.
	cmd.Env = []string{"GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir)}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// Build compiles the chapter with the mistake in it, once a process.
func (x Exhibit) Build(list []chapters.Chapter) (binary string, err error) {
	c, files, err := x.Apply(list)
	if err != nil {
		return "", err
	}
	return harness.BuildReplacing(c, x.Folder(), files)
}
