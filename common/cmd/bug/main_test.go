package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/terminal"
)

func TestMain(m *testing.M) {
	code := m.Run()
	harness.RemoveBuilds()
	os.Exit(code)
}

// played is the exhibit that these tests play: it needs no program but bash and go.
const played = "05"

func exhibit(t *testing.T) (museum.Museum, museum.Exhibit) {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	m, err := museum.Open(root)
	require.NoError(t, err)
	x, err := m.Find(played)
	require.NoError(t, err)
	return m, x
}

func TestRun_WrongUseIsOneLineAndCode2(t *testing.T) {
	for _, row := range []struct {
		args []string
		says string
	}{
		{nil, "bug: which one? -n 07, or with make: N=07; make bugs lists them\n"},
		{[]string{"-n", "nosuch"}, "bug: no exhibit \"nosuch\"; "},
		{[]string{"-record", "nosuch"}, "bug: no exhibit \"nosuch\"; "},
		{[]string{"-nonsense"}, "bug: flag provided but not defined: -nonsense"},
		{[]string{"07"}, "bug: unexpected argument \"07\""},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run(row.args, nil, &stdout, &stderr), "%q", row.args)
		require.Empty(t, stdout.String())
		require.True(t, strings.HasPrefix(stderr.String(), row.says), stderr.String())
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
	}
}

// In a pipe nobody is asked, and there are no colours.
func TestRun_InAPipeTheExhibitIsShownWhole(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"-n", played}, strings.NewReader("a\n"), &stdout, &stderr), stderr.String())
	out := stdout.String()
	at := 0
	for _, part := range []string{
		"Exhibit 05: ", "Chapter 2, Implementing RESP.", "\nThe patch\n\nch02-resp-eventloop/internal/resp/request.go\n@@ ",
		"What does this print", "    exec 5<>/dev/tcp", "\na)\n", "\nb)\n", "\nc)\n", "The server with the patch prints\n\n",
		" is what chapter 2's server prints without the patch", "What the suite says of it\n\n  FAIL  ", "expected ", "came ",
		"What happens\n", "The fix\n", "In Redis\n",
	} {
		i := strings.Index(out[at:], part)
		require.GreaterOrEqual(t, i, 0, "%q comes next in:\n%s", part, out[at:])
		at += i + len(part)
	}
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, "a, b or c?")
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), terminal.Columns, line)
	}
	marks, err := readMarks()
	require.NoError(t, err)
	require.Empty(t, marks)
}

func TestPlay_AsksUntilItIsALetterAndKeepsAMark(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	m, x := exhibit(t)
	wrong := museum.Letters[0]
	if x.Answer == wrong {
		wrong = museum.Letters[1]
	}
	for _, row := range []struct{ typed, says, sign string }{
		{"what?\n" + strings.ToUpper(wrong) + "\n", "You said " + wrong + ", it was " + x.Answer + ".", "[-] 05"},
		{x.Answer + "\n", "Right: " + x.Answer + ".", "[x] 05"},
		{"", "What happens", "[x] 05"}, // left with an end of file: the mark stays
	} {
		var out bytes.Buffer
		p := &player{m: m, x: x, in: bufio.NewReader(strings.NewReader(row.typed)), out: &out, asks: true}
		require.NoError(t, p.play())
		require.Contains(t, out.String(), row.says)
		require.Equal(t, max(1, strings.Count(row.typed, "\n")), strings.Count(out.String(), "a, b or c?"))

		var list, stderr bytes.Buffer
		require.Zero(t, run([]string{"-list"}, nil, &list, &stderr), stderr.String())
		require.Contains(t, list.String(), row.sign)
		require.Contains(t, list.String(), "\n1 of ")
	}
}

func TestRun_ListFitsATerminalAndHasEveryExhibit(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	m, _ := exhibit(t)
	var list, stderr bytes.Buffer
	require.Zero(t, run([]string{"-list"}, nil, &list, &stderr), stderr.String())
	for _, x := range m.Exhibits {
		require.Contains(t, list.String(), "  [ ] "+x.ID()+"  ")
	}
	for line := range strings.Lines(list.String()) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), terminal.Columns, line)
	}
}

// On a terminal there are colours, unless NO_COLOR says otherwise, and the question waits.
func TestRun_OnATerminal(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("TERM", "xterm")
	_, x := exhibit(t)
	for _, row := range []struct {
		noColor string
		colours bool
	}{{"", true}, {"1", false}} {
		t.Setenv("NO_COLOR", row.noColor)
		user, terminal := openTerminal(t)
		shown := make(chan string, 1)
		go func() {
			var all strings.Builder
			buf := make([]byte, 4096)
			for typed := false; ; {
				n, err := user.Read(buf)
				all.Write(buf[:n])
				if !typed && strings.Contains(all.String(), "a, b or c?") {
					typed = true
					fmt.Fprintln(user, x.Answer)
				}
				if err != nil { // the terminal is closed
					shown <- all.String()
					return
				}
			}
		}()
		var stderr bytes.Buffer
		code := run([]string{"-n", played}, terminal, terminal, &stderr)
		require.NoError(t, terminal.Close())
		out := <-shown
		require.Zero(t, code, stderr.String())
		require.Contains(t, out, "Right: "+x.Answer+".")
		require.Equal(t, row.colours, strings.Contains(out, green+"+"), "the patch is coloured:\n%s", out)
		require.Equal(t, row.colours, strings.Contains(out, "\x1b"), out)
	}
}

// openTerminal is both ends of a pseudo-terminal: the user's, and the program's.
func openTerminal(t *testing.T) (user io.ReadWriter, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	return master, terminal
}

func TestParagraphs(t *testing.T) {
	require.Equal(t, []paragraph{
		{text: "one\ntwo\n", last: true},
		{text: "- a\n  b\n"},
		{text: "- c\n", last: true},
		{text: "    indented\n", verbatim: true, last: true},
		{text: "fenced\n\nstill\n", verbatim: true, last: true},
		{text: "end", last: true},
	}, paragraphs("one\ntwo\n\n- a\n  b\n- c\n\n    indented\n\n```\nfenced\n\nstill\n```\nend"))
	require.Empty(t, paragraphs(" \n"))
}

func TestFoldedCode(t *testing.T) {
	require.Equal(t, []string{"+    short()"}, foldedCode("+\tshort()", 30))
	require.Equal(t, []string{"-    call(first, second, // a", "          remark that goes on", "          and on"},
		foldedCode("-\tcall(first, second, // a remark that goes on and on", 31))
	require.Equal(t, []string{"+" + strings.Repeat("x", 29), "          xx"}, foldedCode("+"+strings.Repeat("x", 31), 30))
}
