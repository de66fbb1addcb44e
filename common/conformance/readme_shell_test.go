package conformance_test

// readme_shell_test.go: the command lines that READMEs show, run as they stand there.
//
//	make bench ...     with one short round of few keys behind its ARGS: flags that
//	                   do not exist, or do not go together, show
//	make anything      as far as make goes without doing it (-n): the verb, CH, UPTO
//	go test ...        benchmarks once, of little data (-short)
//	redis-cli, nc ...  against the server that was started above, instead of port 6379

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/transcript"
)

// verb is a line "make NAME VARIABLE=value ...".
type verb struct {
	name      string // "" where the line is another one
	variables map[string]string
}

// commandsOf are a block's lines without comments and blank ones.
func commandsOf(b transcript.Block) (lines []transcript.Line) {
	for _, l := range b.Lines {
		text, _, _ := strings.Cut(l.Text, " #")
		if text = strings.TrimSpace(text); text != "" && !strings.HasPrefix(text, "#") {
			lines = append(lines, transcript.Line{Number: l.Number, Text: text})
		}
	}
	return lines
}

// makeOf takes a line of make apart.
func makeOf(t require.TestingT, line transcript.Line) verb {
	if line.Text != "make" && !strings.HasPrefix(line.Text, "make ") {
		return verb{}
	}
	words, err := transcript.Words(strings.ReplaceAll(line.Text, `="`, `= "`)) // a quote begins a word
	require.NoError(t, err, "line %d: %s", line.Number, line.Text)
	v := verb{variables: map[string]string{}}
	for i := 1; i < len(words); i++ {
		name, value, isVariable := strings.Cut(words[i], "=")
		switch {
		case !isVariable:
			v.name = words[i]
		case value == "" && i+1 < len(words):
			i++
			v.variables[name] = words[i]
		default:
			v.variables[name] = value
		}
	}
	return v
}

// args are those of the server that `make run` starts. The port is the test's choice.
func (v verb) args(t require.TestingT) []string {
	args, err := transcript.Words(v.variables["ARGS"])
	require.NoError(t, err)
	if at := slices.Index(args, "--port"); at >= 0 {
		args = slices.Delete(args, at, at+2)
	}
	return args
}

// runShell runs a line that a README shows, and returns what it prints. Where a program
// is not installed it does what a reader without it can do: nothing.
func runShell(t *conformance.T, line transcript.Line, tmp string) (printed string, ran bool) {
	root, err := chapters.Root()
	require.NoError(t, err)
	text := line.Text
	switch v := makeOf(t, line); {
	case v.name == "bench" || v.name == "allocators":
		v.variables["ARGS"] = brief(v)
		text = v.String()
	case v.name != "":
		text = strings.Replace(text, "make", "make -n", 1)
	case strings.HasPrefix(text, "go test"):
		if strings.Contains(text, "-bench ") {
			text += " -benchtime 1x -short"
		}
	default:
		_, port, err := net.SplitHostPort(t.Addr())
		require.NoError(t, err)
		text = regexp.MustCompile(`\b(6379|7000)\b`).ReplaceAllString(text, port)
	}
	for _, program := range []string{"nc", "redis-cli", "redis-benchmark", "strace"} {
		if _, err := exec.LookPath(program); err != nil && regexp.MustCompile(`\b`+program+`\b`).MatchString(text) {
			return "", false
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", strings.ReplaceAll(text, "/tmp/", tmp+"/"))
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "line %d: %s\nran as: %s\n%s", line.Number, line.Text, text, out)
	return string(out), true
}

// brief are the ARGS of a bench with one short round of little behind them: of two
// flags of one name the last counts.
func brief(v verb) string {
	args := v.variables["ARGS"]
	few := map[string]string{"-loading": "200", "-rewriting": "200", "-memory": "5000", "-tail": "5000", "-evicting": "20000", "-idle": "10", "-keys": "100"}
	timed := v.name == "allocators"
	if timed {
		args += " -allocators 5000"
	}
	filling := timed
	for flag, n := range few {
		if regexp.MustCompile(flag + `\b`).MatchString(args) {
			args += " " + flag + " " + n
			filling = filling || flag != "-idle" && flag != "-keys"
			timed = timed || flag == "-rewriting" || flag == "-tail"
		}
	}
	args += " -rounds 1"
	if timed || !filling {
		args += " -seconds 0.01"
	}
	if !filling {
		args += " -keys 100 -pipeline 1,16"
	}
	return strings.TrimSpace(args)
}

func (v verb) String() string {
	line := "make " + v.name
	for name, value := range v.variables {
		line += " " + name + `="` + value + `"`
	}
	return line
}

// TestReadmes_MarkTheirShellLines holds every README to the kinds of fences that are
// run: a block of commands that is not marked as one would never be.
func TestReadmes_MarkTheirShellLines(t *testing.T) {
	command := regexp.MustCompile(`^\s*(make|go|redis-\w+|printf|nc|strace|git|kill|sudo|echo|curl) `)
	for _, file := range readmes(t) {
		for _, b := range blocksOf(t, file) {
			for _, line := range b.Lines {
				if b.Kind != transcript.Shell && b.NotRun == "" && command.MatchString(line.Text) {
					t.Errorf("%s:%d: %q stands in a block that is not marked ```sh", file, line.Number, line.Text)
				}
			}
		}
	}
}

// TestReadmes_SayMakeLinesThatWork tries the verbs in running text as far as make goes
// without doing anything, and those of the first page.
func TestReadmes_SayMakeLinesThatWork(t *testing.T) {
	root, err := chapters.Root()
	require.NoError(t, err)
	inline := regexp.MustCompile("`(make [^`]+)`")
	for _, file := range readmes(t) {
		text := readFile(t, file)
		var lines []string
		for _, m := range inline.FindAllStringSubmatch(text, -1) {
			lines = append(lines, m[1])
		}
		for _, b := range blocksOf(t, file) {
			for _, l := range commandsOf(b) {
				if b.Kind == transcript.Shell && strings.HasPrefix(l.Text, "make") {
					lines = append(lines, l.Text)
				}
			}
		}
		for _, line := range lines {
			cmd := exec.Command("bash", "-c", strings.Replace(strings.Join(strings.Fields(line), " "), "make", "make -n", 1))
			cmd.Dir = root
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s: %s\n%s", file, line, out)
		}
	}
}

// readmes are the first page and that of each chapter.
func readmes(t *testing.T) []string {
	root, err := chapters.Root()
	require.NoError(t, err)
	files := []string{filepath.Join(root, "README.md"), filepath.Join(root, "ARCHITECTURE.md")}
	for _, c := range stages(t) {
		files = append(files, filepath.Join(c.Dir, "README.md"))
	}
	return files
}
