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
// A comment <!-- not run: REASON --> above a fence marks a block that no test can
// run. Other fences hold figures and code.
package transcript

import (
	"fmt"
	"regexp"
	"strings"
)

// The kinds of block that are run.
const (
	Session = "redis-cli"
	Shell   = "sh"
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
	Line  int // of the prompt
	Typed string
	Want  []string // the reply's lines
	More  bool     // "..." stood at the end: any lines may follow
}

var (
	prompt = regexp.MustCompile(`^127\.0\.0\.1:\d+(?:\[\d+\])?(?:\(TX\))?> ?(.*)$`)
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
		b.Steps = append(b.Steps, Step{Line: number, Typed: m[1]})
		return nil
	}
	if len(b.Steps) == 0 {
		return fmt.Errorf("line %d: %q stands before the first prompt (127.0.0.1:6379> )", number, line)
	}
	step := &b.Steps[len(b.Steps)-1]
	switch {
	case step.More:
		return fmt.Errorf("line %d: %q stands after the \"...\" that ends a reply", number, line)
	case line == "...":
		step.More = true
	default:
		step.Want = append(step.Want, line)
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
	return fmt.Errorf("line %d: %s\nthe page says:\n  %s\nthe server says:\n  %s",
		s.Line, s.Typed, strings.Join(s.Want, "\n  "), strings.Join(lines, "\n  "))
}
