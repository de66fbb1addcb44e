// git.go: git as a program: merges, diffs, old versions.

package chapters

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// git runs git in dir and returns what it printed. An error carries git's own
// words, and its exit code for exitCode.
func git(dir string, args ...string) ([]byte, error) { return gitWith(nil, dir, args...) }

// gitWith is git with more variables in its environment.
func gitWith(env []string, dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(gitEnvironment(), env...)
	out, err := cmd.Output()
	if err != nil {
		var said string
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			said = ": " + strings.TrimSpace(string(exit.Stderr))
		}
		return out, fmt.Errorf("git %s: %w%s", args[0], err, said)
	}
	return out, nil
}

// exitCode is the exit code behind an error of git: 0 for none, and -1 if git
// did not run to its end. Commands that compare say 1 for "they differ".
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// gitEnvironment is ours without the variables a git hook sets: they tie git to
// one repository by paths that are wrong in the directories we run it in.
func gitEnvironment() []string {
	var env []string
	for _, v := range os.Environ() {
		switch name, _, _ := strings.Cut(v, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR":
		default:
			env = append(env, v)
		}
	}
	return env
}
