// report.go: a finding as a session of redis-cli with both servers.
//
//	your server                             redis-server
//	> SET k a EX 100                        > SET k a EX 100
//	OK                                      OK
//	> TTL k                                 > TTL k
//	(integer) -1                            (integer) 100

package duel

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"redis-internals/common/conformance/differential"
	"redis-internals/common/conformance/transcript"
	"redis-internals/common/conformance/wire"
	"redis-internals/common/terminal"
)

const (
	column     = 38 // of two beside each other
	wordShown  = 28 // characters of an argument
	replyShown = 6  // lines of a reply
	linesShown = 12 // of a session that could not be made shorter
	margin     = "  "
)

// Report writes what came of a duel's rounds. It reports whether the servers were alike.
func (d *Duel) Report(w io.Writer, rounds []Round, colour bool) (alike bool) {
	r := reporter{w, d, colour}
	for _, round := range rounds {
		if len(round.Unknown) > 0 {
			r.wrapped("  not asked, as it does not know them: " + strings.Join(round.Unknown, " "))
		}
		switch {
		case round.Skipped != "":
			r.wrapped(round.Name + ": not asked: " + round.Skipped)
		case round.Found == nil:
			r.wrapped(round.Name + ": alike in " + commands(round.Commands))
		default:
			r.wrapped(fmt.Sprintf("%s: different, found after %s; the shortest session that shows it:", round.Name, commands(round.Commands)))
		}
		if round.Found != nil {
			fmt.Fprintln(w)
			r.finding(round.Found)
			return false
		}
	}
	return true
}

func commands(n int) string {
	if n == 1 {
		return "1 command"
	}
	return fmt.Sprintf("%d commands", n)
}

type reporter struct {
	io.Writer
	*Duel
	colour bool
}

// finding shows both sessions, beside each other if there is room, or one under the other.
func (r reporter) finding(f *Finding) {
	skipped := 0
	if n := len(f.Session.Lines); n > linesShown && !f.Again {
		skipped = n - linesShown
		fmt.Fprintf(r, "%s... %d lines before\n", margin, skipped)
	}
	type both struct {
		prompt    string
		got, want []string
	}
	var all []both
	widest := 0
	for i, l := range f.Session.Lines[skipped:] {
		var b both
		b.prompt = prompt(f.Session, l) + show(l.Request)
		b.got, b.want = r.replies(f, skipped+i)
		all = append(all, b)
		widest = max(widest, len([]rune(b.prompt)))
		for _, line := range append(append([]string{}, b.got...), b.want...) {
			widest = max(widest, len([]rune(line)))
		}
	}
	oracle := r.Oracle.Name
	if r.Oracle.Redis {
		oracle = "redis-server"
	}
	if widest <= column {
		r.beside(r.Judged.Name, oracle, false)
		for i, b := range all {
			r.beside(b.prompt, b.prompt, false)
			for j := range max(len(b.got), len(b.want)) {
				r.beside(at(b.got, j), at(b.want, j), i == len(all)-1)
			}
		}
	} else {
		for i, b := range all {
			r.folded(b.prompt, "")
			if i < len(all)-1 {
				for _, line := range b.want {
					r.folded(line, "")
				}
				continue
			}
			fmt.Fprintf(r, "%s%s:\n", margin, r.Judged.Name)
			for _, line := range b.got {
				r.folded(line, red)
			}
			fmt.Fprintf(r, "%s%s:\n", margin, oracle)
			for _, line := range b.want {
				r.folded(line, green)
			}
		}
	}
	r.notes(f)
}

// notes are what the session does not show.
func (r reporter) notes(f *Finding) {
	fmt.Fprintln(r)
	if f.Diff.Err == nil && transcript.Format(f.Diff.Got) == transcript.Format(f.Diff.Want) {
		r.wrapped(fmt.Sprintf("On the wire the last replies are %s and %s.", wire.Escape(clipped(differential.Bytes(f.Diff.Got))), wire.Escape(clipped(differential.Bytes(f.Diff.Want)))))
	}
	if f.Session.Burst > 1 {
		r.wrapped(fmt.Sprintf("Up to %d requests were sent in one packet: one at a time it does not come out so.", f.Session.Burst))
	}
	for line := range strings.Lines(f.Death) {
		r.folded(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    "), "")
	}
	switch {
	case f.Again:
	case r.Judged.Launch == nil && f.Diff.Err != nil:
		r.wrapped("It is gone, or hangs. Only with CMD= can a duel start it again, and make this shorter.")
	case r.Judged.Launch != nil:
		r.wrapped("On a server started afresh it did not come again: it may depend on what was before, or on time.")
	}
}

func prompt(s Session, l Line) string {
	if s.clients() == 1 {
		return "> "
	}
	return string(rune('A'+l.Client)) + "> "
}

// replies are those to a session's line, as redis-cli prints them.
func (r reporter) replies(f *Finding, i int) (got, want []string) {
	request := f.Session.Lines[i].Request
	last := i == len(f.Session.Lines)-1
	switch {
	case i >= len(f.Heard):
		got, want = []string{"..."}, []string{"..."}
	case last && f.Diff.Err != nil:
		want = lines(request, f.Heard[i].Want)
	default:
		got, want = around(lines(request, f.Heard[i].Got), lines(request, f.Heard[i].Want))
	}
	if last && errors.Is(f.Diff.Err, errEnded) && i < len(f.Heard) {
		got = lines(request, f.Heard[i].Got)
	}
	if last && f.Diff.Err != nil {
		got = append(got, "("+reason(f.Diff.Err)+")")
	}
	return got, want
}

func lines(request []string, v wire.Value) []string {
	return strings.Split(strings.TrimRight(transcript.Print(request, v), "\n"), "\n")
}

// around cuts two long replies so that the first line and the first characters in which they
// differ are shown.
func around(a, b []string) (_, _ []string) {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	from := max(0, same-1)
	if len(a) <= replyShown && len(b) <= replyShown {
		from = 0
	}
	cut := func(l []string) (out []string) {
		if from > 0 {
			out = append(out, "...")
		}
		out = append(out, l[min(from, len(l)):min(from+replyShown, len(l))]...)
		if from+replyShown < len(l) {
			out = append(out, "...")
		}
		return out
	}
	chars := 0
	if same < min(len(a), len(b)) {
		for chars < min(len(a[same]), len(b[same])) && a[same][chars] == b[same][chars] {
			chars++
		}
	}
	short := func(l []string) (out []string) {
		for _, line := range cut(l) {
			const before, after = 12, 60
			if len(line) > before+after {
				n := len(line)
				head := ""
				if start := chars - before; start > 0 && start < n {
					head, line = "...", line[start:]
				}
				if len(line) > before+after {
					line = line[:before+after] + "..."
				}
				line = fmt.Sprintf("%s%s (%d characters)", head, line, n)
			}
			out = append(out, line)
		}
		return out
	}
	return short(a), short(b)
}

// reason is why there is no reply, for people.
func reason(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "no reply: it closed the connection"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "no reply: it reset the connection"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no reply"
	case errors.Is(err, bufio.ErrBufferFull):
		return "a reply without end"
	}
	return err.Error()
}

// show writes a request as a line; long words are cut.
func show(request []string) string {
	words := make([]string, len(request))
	for i, word := range request {
		words[i] = differential.Show([]string{word})
		if len(words[i]) > wordShown {
			words[i] = fmt.Sprintf("%s...(%d bytes)", words[i][:wordShown-12], len(word))
		}
	}
	return strings.Join(words, " ")
}

func clipped(s string) string { return s[:min(len(s), 40)] }

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// Colours of a terminal.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

func (r reporter) beside(left, right string, differ bool) {
	pad := strings.Repeat(" ", max(0, column-len([]rune(left))))
	if differ && r.colour {
		left, right = red+left+plain, green+right+plain
	}
	fmt.Fprintln(r, strings.TrimRight(margin+left+pad+margin+right, " "))
}

// folded writes a line, in pieces if it is longer than the terminal.
func (r reporter) folded(line, colour string) {
	const room = terminal.Columns - len(margin)
	runes := []rune(line)
	for {
		piece := runes[:min(room, len(runes))]
		if runes = runes[len(piece):]; colour != "" && r.colour {
			fmt.Fprintf(r, "%s%s%s%s\n", margin, colour, string(piece), plain)
		} else {
			fmt.Fprintf(r, "%s%s\n", margin, string(piece))
		}
		if len(runes) == 0 {
			return
		}
	}
}

// wrapped writes a sentence, broken at spaces; what it is indented by holds for all its lines.
func (r reporter) wrapped(text string) {
	words := strings.TrimLeft(text, " ")
	fmt.Fprintln(r, terminal.Wrap(words, text[:len(text)-len(words)], terminal.Columns))
}
