package verbs

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/terminal"
)

// verb runs a line of shell at the repository's root, as somebody would who types it.
func verb(t *testing.T, line string, env ...string) (code int, stdout, stderr string) {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	cmd := exec.Command("bash", "-c", line)
	cmd.Dir = root
	cmd.Env = append(typed(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil {
		require.True(t, errors.As(err, &exit), "%v", err)
		code = exit.ExitCode()
	}
	return code, out.String(), errs.String()
}

// typed is the environment of a line that somebody types: this test may have been started by
// make.
func typed() (env []string) {
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "CH" {
			env = append(env, e)
		}
	}
	return env
}

func requireFits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), terminal.Columns, line)
	}
}

// A verb's own error is the last line, and the only one.
func TestMake_AddsNothingToAVerbsError(t *testing.T) {
	for line, says := range map[string]string{
		"make run CH=9":                      "CH=9: there is no such chapter; there are 01 to 08\n",
		"make diff CH=x":                     "chapters: diff: no chapter \"x\"; there are 01 to 08\n",
		"make carry FROM=9":                  "chapters: carry: no chapter \"9\"; there are 01 to 08\n",
		"make check ADDR=nowhere UPTO=02":    "check: \"nowhere\" is no host:port\n",
		"make duel UPTO=01":                  "duel: an echo server says nothing by itself: duels begin with UPTO=02\n",
		"make bench CH=02 ADDR=127.0.0.1:1x": "bench: -addr \"127.0.0.1:1x\": give host:port, as in 127.0.0.1:6379\n",
	} {
		code, stdout, stderr := verb(t, line)
		require.NotZero(t, code, line)
		require.Empty(t, stdout, line)
		require.Equal(t, says, stderr, line)
		requireFits(t, stderr)
	}
}

// In a make that another one has started, the other one hears of it as usual.
func TestMake_InsideOfMakeFailsAsUsual(t *testing.T) {
	code, _, stderr := verb(t, "make diff CH=x", "MAKELEVEL=1")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "Error 2")
}

func TestHelp_NamesEveryVerbAndFits(t *testing.T) {
	_, help, _ := verb(t, "make")
	requireFits(t, help)
	require.NotRegexp(t, regexp.MustCompile(`(?m) $`), help)
	root, err := chapters.Root()
	require.NoError(t, err)
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(string(makefile), -1)
	require.Greater(t, len(phony), 15)
	for _, m := range phony {
		require.Regexp(t, `(?m)^  make `+m[1]+`\b`, help)
	}
}

// toolbox is a directory with some of this machine's programs, to be all that there is.
func toolbox(t *testing.T, programs ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range programs {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(dir, name)))
	}
	return dir
}

var doctorsOwn = []string{"bash", "env", "uname", "sed", "sort", "head", "dirname"}

func TestDoctor_NamesWhatIsMissingWhatForAndWhereFrom(t *testing.T) {
	path := toolbox(t, doctorsOwn...)
	for _, name := range []string{"git", "redis-cli"} { // that they are there is all that is asked
		require.NoError(t, os.Symlink("/bin/true", filepath.Join(path, name)))
	}
	code, stdout, stderr := verb(t, "common/verbs/doctor.sh", "PATH="+path)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^missing  go +builds everything: 1\.\d+\.\d+ or later\n +https://go.dev/dl$`, stdout)
	require.Regexp(t, `(?m)^missing  nc .*chapter 1.*\n +apt-get install netcat-openbsd$`, stdout)
	require.Regexp(t, `(?m)^ok +redis-cli `, stdout)
	require.Equal(t, "doctor: something is missing that every verb needs\n", stderr)
	requireFits(t, stdout)
}

func TestDoctor_AnOlderGoFetchesTheNewOne(t *testing.T) {
	path := toolbox(t, doctorsOwn...)
	for name, script := range map[string]string{"git": "", "redis-cli": "", "go": "echo go1.21.9"} {
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte("#!/bin/bash\n"+script+"\n"), 0o755))
	}
	code, stdout, stderr := verb(t, "common/verbs/doctor.sh", "PATH="+path)
	require.Zero(t, code, stderr)
	require.Regexp(t, `(?m)^old +go +is 1\.21\.9: it fetches 1\.\d+\.\d+ when it first builds$`, stdout)
	require.Contains(t, stdout, "Nothing is missing that every verb needs.\n")
}

func TestDoctor_AnotherSystemIsToldWhereALinuxIs(t *testing.T) {
	path := toolbox(t, append([]string{"go", "git"}, doctorsOwn[:2]...)...)
	for name, script := range map[string]string{"uname": "echo Darwin", "redis-cli": ""} {
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte("#!/bin/bash\n"+script+"\n"), 0o755))
	}
	for _, name := range doctorsOwn[3:] {
		real, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(real, filepath.Join(path, name)))
	}
	code, stdout, _ := verb(t, "common/verbs/doctor.sh", "PATH="+path)
	require.Equal(t, 1, code)
	require.Regexp(t, `(?m)^missing  Linux +this is Darwin: (\S+) has`, stdout)
	page := regexp.MustCompile(`this is Darwin: (\S+) has`).FindStringSubmatch(stdout)[1]
	root, err := chapters.Root()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, page))
}

// Two fuzz tests of a module of their own: each is counted, and one that fails ends all.
func TestFuzz_SaysHowFarItIsAndEndsAtAFailure(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	fuzz := func(name, body string) string {
		return "package p\n\nimport \"testing\"\n\nfunc " + name + "(f *testing.F) {\n\tf.Add(1)\n\tf.Fuzz(func(t *testing.T, n int) {" + body + "})\n}\n"
	}
	write("m/go.mod", "module m\n\ngo 1.26\n")
	write("m/a/a_test.go", fuzz("FuzzA", ""))
	write("m/b/b_test.go", fuzz("FuzzB", "t.Fatal(\"as planned\")"))
	write("m/c/c_test.go", fuzz("FuzzC", ""))
	root, err := chapters.Root()
	require.NoError(t, err)
	code, stdout, _ := verb(t, "cd "+dir+" && "+filepath.Join(root, "common/verbs/fuzz.sh")+" 10x m", "GOWORK=off")
	require.Equal(t, 1, code, stdout)
	require.Contains(t, stdout, "1 of 3: m FuzzA (10x)\n")
	require.Contains(t, stdout, "2 of 3: m FuzzB (10x)\n")
	require.Contains(t, stdout, "as planned")
	require.NotContains(t, stdout, "3 of 3")
	requireFits(t, stdout)
}
