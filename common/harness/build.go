// build.go: binaries of the stages, each built once a process.

package harness

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"redis-internals/common/chapters"
)

// builds holds one result per server built by this process.
var builds struct {
	sync.Mutex
	dir    string
	byName map[string]*built
}

// built is a server's binary. Several may be built beside each other, each of them once.
type built struct {
	once   sync.Once
	binary string
	err    error
}

// TagsVariable names an environment variable with the build tags of the stages,
// such as poison, that of an allocator which looks for what was freed too early.
const TagsVariable = "TAGS"

// Build compiles the chapter's server and returns the binary's path. A second
// call for the same chapter returns the first one's result.
func Build(c chapters.Chapter) (string, error) { return build(c, c.Name, nil) }

// BuildReplacing compiles the chapter with some of its files replaced, without
// touching them: replaced maps a file's path inside the chapter to the content
// that stands in for it. The name tells this build from the others.
func BuildReplacing(c chapters.Chapter, name string, replaced map[string]string) (string, error) {
	return build(c, c.Name+"-"+name, replaced)
}

// BuildWith compiles the chapter with more flags of go build, such as -race. The
// name tells this build from the others.
func BuildWith(c chapters.Chapter, name string, flags ...string) (string, error) {
	return build(c, c.Name+"-"+name, nil, flags...)
}

func build(c chapters.Chapter, name string, replaced map[string]string, flags ...string) (string, error) {
	dir, b, err := place(name)
	if err != nil {
		return "", err
	}
	b.once.Do(func() { b.binary, b.err = compile(c, dir, name, replaced, flags) })
	return b.binary, b.err
}

// place is where the build of that name goes, and what has become of it.
func place(name string) (dir string, b *built, err error) {
	builds.Lock()
	defer builds.Unlock()
	if builds.dir == "" {
		if builds.dir, err = os.MkdirTemp("", "redis-internals-build-"); err != nil {
			return "", nil, err
		}
		builds.byName = map[string]*built{}
	}
	if builds.byName[name] == nil {
		builds.byName[name] = &built{}
	}
	return builds.dir, builds.byName[name], nil
}

func compile(c chapters.Chapter, dir, name string, replaced map[string]string, flags []string) (string, error) {
	binary := filepath.Join(dir, name)
	args := []string{"build", "-o", binary, "-tags", os.Getenv(TagsVariable)}
	args = append(args, flags...)
	if len(replaced) > 0 {
		overlay, err := writeOverlay(c, filepath.Join(dir, name+"-overlay"), replaced)
		if err != nil {
			return "", err
		}
		// Nobody debugs these, and there are many: linking is most of the work.
		args = append(args, "-overlay", overlay, "-ldflags", "-s -w")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = c.Dir
	if !slices.Contains(flags, "-race") { // which needs C
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // the C library's threads take addresses by the hundred MiB
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return binary, nil
}

// TestReplacing runs the tests of one of the chapter's packages with some of its files
// replaced, as BuildReplacing does. It returns what go test printed; the error says
// that a test failed, or that nothing could be built.
func TestReplacing(c chapters.Chapter, replaced map[string]string, pkg string, args ...string) (string, error) {
	dir, err := os.MkdirTemp("", "redis-internals-overlay-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(c, dir, replaced)
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", append([]string{"test", "-count=1", "-overlay", overlay, "./" + pkg}, args...)...)
	cmd.Dir = c.Dir
	// Tests that are meant to fail leave nothing behind, and need not make their input short.
	cmd.Env = append(os.Environ(), "RAPID_NOFAILFILE=true", "RAPID_SHRINKTIME=1s")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// writeOverlay writes what go build -overlay reads: the replacing files and a
// JSON file that maps the original paths to them.
func writeOverlay(c chapters.Chapter, dir string, replaced map[string]string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	paths := map[string]string{}
	for path, content := range replaced {
		stand := filepath.Join(dir, fmt.Sprintf("%d.go", len(paths)))
		if err := os.WriteFile(stand, []byte(content), 0o644); err != nil {
			return "", err
		}
		paths[filepath.Join(c.Dir, path)] = stand
	}
	overlay, err := json.Marshal(map[string]any{"Replace": paths})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, overlay, 0o644)
}

// RemoveBuilds deletes what Build and BuildReplacing made. Call it when the
// process ends.
func RemoveBuilds() {
	builds.Lock()
	defer builds.Unlock()
	if builds.dir != "" {
		_ = os.RemoveAll(builds.dir)
		builds.dir, builds.byName = "", nil
	}
}
