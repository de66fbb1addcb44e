// Package transcript reads what the chapters' READMEs promise: sessions of redis-cli
// and command lines, so that tests can replay them.
//
//	```sh
//	make run CH=02                  # a server for what follows, until the next such line
//	```
//	```redis-cli
//	127.0.0.1:6379> ECHO "hello"
//	"hello"
//	127.0.0.1:6379> COMMAND LIST
//	 1) "ping"
//	...
//	```
//
// A session is one connection. What follows a prompt is split into words as
// redis-cli does it and sent as an array of bulk strings; the lines up to the
// next prompt are the reply as redis-cli prints it. A last line "..." stands for
// any further lines, none too. The fence "```redis-cli ours" marks a session that
// redis-server answers differently.
//
// A session of several windows has a letter for each in place of the address, and a
// column, which is as far from the margin as its first prompt is. Time goes down:
//
//	```redis-cli
//	A> WATCH balance
//	OK
//	                          B> INCR balance
//	                          (integer) 101
//	A> MULTI
//	OK
//	A(TX)> EXEC
//	(nil)
//	```
//
// A block "```output" is what the shell line above it prints, sooner or later: the line
// may look at what a server does meanwhile. "```log" has lines that
// the server's log has, in that order, from the role on:
//
//	```log
//	# Received SIGTERM scheduling shutdown...
//	# Redis is now ready to exit, bye bye...
//	```
//
// A comment <!-- not run: REASON --> above a fence marks a block that no test can
// run. Other fences hold figures and code.
package transcript

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The kinds of block that are run.
const (
	Session = "redis-cli"
	Shell   = "sh"
	Output  = "output" // what the shell line above it prints
	Log     = "log"    // lines of the server's log, without process and time; others may stand between
)

// Block is one fenced block.
type Block struct {
	Line   int    // of the fence, in the file
	Kind   string // the first word behind the fence; "" where there is none
	Ours   bool   // not to be replayed on redis-server
	NotRun string // why it cannot be run; "" where it can
	Steps  []Step // of a session
	Lines  []Line // of any other block
}

// Line is one of a block's.
type Line struct {
	Number int // in the file
	Text   string
}

// Step is a command and the reply that the page shows for it.
type Step struct {
	Line   int    // of the prompt
	Window string // its letter; "" where there is only one
	Column int    // of all the window's lines
	State  string // of the connection, as the prompt tells it: "[3](TX)"
	Typed  string
	Want   []string // the reply's lines
	More   bool     // "..." stood at the end: any lines may follow
}

var (
	prompt = regexp.MustCompile(`^( *)(127\.0\.0\.1:\d+|[A-Z])((?:\[\d+\])?(?:\(TX\))?)> ?(.*)$`)
	notRun = regexp.MustCompile(`^<!-- not run: (.+) -->$`)
)

// Parse finds the fenced blocks of a README.
func Parse(markdown string) ([]Block, error) {
	var blocks []Block
	var open *Block
	number, reason := 0, ""
	for line := range strings.Lines(markdown) {
		number++
		line = strings.TrimRight(line, "\r\n")
		fence, fenced := strings.CutPrefix(line, "```")
		switch {
		case open == nil && fenced:
			open = &Block{Line: number, NotRun: reason}
			if err := open.kind(fence); err != nil {
				return nil, err
			}
		case open == nil:
			if reason = ""; notRun.MatchString(line) {
				reason = notRun.FindStringSubmatch(line)[1]
			}
		case fenced:
			if open.Kind == Session && len(open.Steps) == 0 {
				return nil, fmt.Errorf("line %d: a redis-cli block without a prompt", open.Line)
			}
			blocks = append(blocks, *open)
			open, reason = nil, ""
		case open.Kind != Session:
			open.Lines = append(open.Lines, Line{number, line})
		default:
			if err := open.add(number, line); err != nil {
				return nil, err
			}
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the block does not end", open.Line)
	}
	return blocks, nil
}

// kind reads what stands behind the fence.
func (b *Block) kind(fence string) error {
	words := strings.Fields(fence)
	if len(words) > 0 {
		b.Kind = words[0]
	}
	if b.Kind != Session || len(words) == 1 {
		return nil
	}
	if b.Ours = len(words) == 2 && words[1] == "ours"; !b.Ours {
		return fmt.Errorf("line %d: a redis-cli block is marked %q; only \"ours\" has a meaning", b.Line, strings.Join(words[1:], " "))
	}
	return nil
}

func (b *Block) add(number int, line string) error {
	if m := prompt.FindStringSubmatch(line); m != nil {
		step := Step{Line: number, Window: m[2], Column: len(m[1]), State: m[3], Typed: m[4]}
		if len(m[2]) > 1 {
			step.Window = ""
		}
		b.Steps = append(b.Steps, step)
		return b.checkWindow(step)
	}
	if len(b.Steps) == 0 {
		return fmt.Errorf("line %d: %q stands before the first prompt (127.0.0.1:6379> , or A> )", number, line)
	}
	step := &b.Steps[len(b.Steps)-1]
	text, ok := strings.CutPrefix(line, strings.Repeat(" ", step.Column))
	switch {
	case !ok && strings.TrimSpace(line) != "":
		return fmt.Errorf("line %d: %q begins before column %d, where the prompt of %s is", number, line, step.Column, step.Window)
	case step.More:
		return fmt.Errorf("line %d: %q stands after the \"...\" that ends a reply", number, line)
	case text == "...":
		step.More = true
	default:
		step.Want = append(step.Want, text)
	}
	return nil
}

// checkWindow holds a prompt against those before it: a window has one column, a
// column one window, and a session is of one window without a letter or of lettered ones.
func (b *Block) checkWindow(step Step) error {
	if step.Window == "" && step.Column > 0 {
		return fmt.Errorf("line %d: the prompt of a session with one window begins the line", step.Line)
	}
	for _, s := range b.Steps {
		switch {
		case (s.Window == "") != (step.Window == ""):
			return fmt.Errorf("line %d: a prompt with an address and one with a letter in one session (the other is in line %d)", step.Line, s.Line)
		case s.Window == step.Window && s.Column != step.Column:
			return fmt.Errorf("line %d: the prompts of %s are in column %d, since line %d", step.Line, s.Window, s.Column, s.Line)
		case s.Window != step.Window && s.Column == step.Column:
			return fmt.Errorf("line %d: column %d is that of %s, since line %d", step.Line, s.Column, s.Window, s.Line)
		}
	}
	return nil
}

// Check compares a reply's lines with the page's. Its error shows both.
func (s Step) Check(got string) error {
	lines := strings.Split(strings.TrimRight(got, "\n"), "\n")
	same := len(lines) == len(s.Want) || s.More && len(lines) > len(s.Want)
	for i := range s.Want {
		same = same && i < len(lines) && strings.TrimRight(lines[i], " ") == strings.TrimRight(s.Want[i], " ")
	}
	if same {
		return nil
	}
	return fmt.Errorf("line %d: %s> %s\nthe page says:\n  %s\nthe server says:\n  %s",
		s.Line, s.Window+s.State, s.Typed, strings.Join(s.Want, "\n  "), strings.Join(lines, "\n  "))
}

// CheckOutput compares what a command has printed with the block's lines. Spaces at
// their ends do not count.
func (b Block) CheckOutput(got string) error {
	var want []string
	for _, l := range b.Lines {
		want = append(want, strings.TrimRight(l.Text, " \r"))
	}
	var printed []string
	for line := range strings.Lines(strings.TrimRight(got, "\r\n")) {
		printed = append(printed, strings.TrimRight(line, " \r\n"))
	}
	if slices.Equal(want, printed) {
		return nil
	}
	return fmt.Errorf("line %d: the page says that it prints:\n  %s\nit prints:\n  %s",
		b.Line, strings.Join(want, "\n  "), strings.Join(printed, "\n  "))
}

// CheckLog is an error if a log lacks one of the block's lines behind the one before.
func (b Block) CheckLog(got string) error {
	lines := slices.Collect(strings.Lines(got))
	for _, l := range b.Lines {
		at := slices.IndexFunc(lines, func(line string) bool {
			line = strings.TrimRight(line, "\n")
			return line == l.Text || strings.HasSuffix(line, " "+l.Text)
		})
		if at < 0 {
			return fmt.Errorf("line %d: the log lacks %q, or has it earlier:\n%s", l.Number, l.Text, got)
		}
		lines = lines[at+1:]
	}
	return nil
}
