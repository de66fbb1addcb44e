// ask.go: an exhibit's question, put to a server that runs.
//
//	bash ── fd 3: "restart -9" ──▶ us: end the server, start it again, same port and folder
//	     ◀── fd 4: "ok" ──────────
//	     ── stdout and stderr ───▶ the answer
//
// The script finds $PORT, $DIR, which is the server's folder and its own, and restart. What
// it prints is made comparable: the port is always 6379, bytes that are no text are \x00.

package museum

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"redis-internals/common/harness"
)

// scriptTime is how long a script may take: it is killed then.
const scriptTime = 20 * time.Second

// Start starts a server for a script, with these options.
type Start func(harness.Options) (*harness.Server, error)

// restartFunction is what a script calls.
const restartFunction = `restart() { local said; echo "restart $*" >&3; read -r said <&4; [ "$said" = ok ]; }
`

// Ask starts a server, runs the exhibit's script beside it and returns what it printed.
func (x Exhibit) Ask(start Start) (string, error) {
	dir, err := os.MkdirTemp("", "redis-internals-ask-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	port, err := harness.ReservePort()
	if err != nil {
		return "", err
	}
	defer port.Release()
	a := &asked{start: start, options: harness.Options{Args: x.Args, Dir: dir, Port: port}}
	if a.server, err = start(a.options); err != nil {
		return "", err
	}
	defer func() { a.server.Kill() }()
	out, err := a.run(x.Script, dir)
	if err != nil {
		return out, fmt.Errorf("%s: its script: %w; it printed:\n%s", x.Folder(), err, out)
	}
	return out, nil
}

// asked is a server with a script beside it.
type asked struct {
	start   Start
	options harness.Options
	server  *harness.Server
}

func (a *asked) run(script, dir string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), scriptTime)
	defer cancel()
	requests, requested, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer requests.Close()
	answered, answers, err := os.Pipe()
	if err != nil {
		return "", errors.Join(err, requested.Close())
	}
	defer answers.Close()
	// A file, not a pipe: what the script leaves behind may hold it for as long as it likes.
	output, err := os.CreateTemp("", "redis-internals-output-")
	if err != nil {
		return "", err
	}
	defer os.Remove(output.Name())
	defer output.Close()
	number := strconv.Itoa(a.options.Port.Number)
	cmd := exec.CommandContext(ctx, "bash", "-c", restartFunction+script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PORT="+number, "DIR="+dir, "LC_ALL=C", "TERM=dumb")
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{requested, answered}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	served := make(chan struct{})
	go func() {
		defer close(served)
		a.serve(requests, answers)
	}()
	err = cmd.Run()
	// The last writers: serve ends when they are closed.
	_ = requested.Close()
	_ = answered.Close()
	if ctx.Err() != nil {
		err = fmt.Errorf("it did not end within %v", scriptTime)
	}
	if cmd.Process != nil { // what it left behind
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	_ = requests.Close()
	<-served
	var exit *exec.ExitError
	if errors.As(err, &exit) { // the last command's status is no matter
		err = nil
	}
	out, readErr := os.ReadFile(output.Name())
	return printable(strings.ReplaceAll(string(out), number, "6379")), errors.Join(err, readErr)
}

// serve restarts the server when the script asks for it.
func (a *asked) serve(requests io.Reader, answers io.Writer) {
	for lines := bufio.NewScanner(requests); lines.Scan(); {
		if strings.Contains(lines.Text(), "-9") {
			a.server.Kill()
		} else {
			a.server.Stop()
		}
		said := "ok"
		if again, err := a.start(a.options); err == nil {
			a.server = again
		} else {
			said = "no"
		}
		fmt.Fprintln(answers, said)
	}
}

// trailing is space at the end of a line.
var trailing = regexp.MustCompile(`(?m)[ \t]+$`)

// printable is output as text that a README can hold: no carriage returns, nothing invisible, a
// line break at its end.
func printable(out string) string {
	var b strings.Builder
	for out != "" {
		r, size := utf8.DecodeRuneInString(out)
		switch {
		case r == '\r':
		case r == '\n' || r == '\t' || r != utf8.RuneError && unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			for _, c := range []byte(out[:size]) {
				fmt.Fprintf(&b, "\\x%02x", c)
			}
		}
		out = out[size:]
	}
	text := trailing.ReplaceAllString(b.String(), "")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}
