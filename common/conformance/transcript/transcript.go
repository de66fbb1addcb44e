// Package transcript replays the redis-cli sessions that the chapters' READMEs
// show, so that what a lesson promises stays true.
//
//	```redis-cli
//	127.0.0.1:6379> ECHO "hello"
//	"hello"
//	127.0.0.1:6379> COMMAND LIST
//	 1) "ping"
//	...
//	```
//
// A block is one connection. What follows a prompt is split into words as
// redis-cli does it and sent as an array of bulk strings; the lines up to the
// next prompt are the reply as redis-cli prints it. A last line "..." stands for
// any further lines, none too. The fence "```redis-cli ours" marks a block that
// redis-server answers differently.
package transcript

import (
	"fmt"
	"regexp"
	"strings"
)

// Block is one fenced session.
type Block struct {
	Line  int  // of the fence, in the file
	Ours  bool // not to be replayed on redis-server
	Steps []Step
}

// Step is a command and the reply that the page shows for it.
type Step struct {
	Line  int // of the prompt
	Typed string
	Want  []string // the reply's lines
	More  bool     // "..." stood at the end: any lines may follow
}

var prompt = regexp.MustCompile(`^127\.0\.0\.1:\d+(?:\[\d+\])?(?:\(TX\))?> ?(.*)$`)

// Parse finds the sessions in a README.
func Parse(markdown string) ([]Block, error) {
	var blocks []Block
	var open *Block
	number := 0
	for line := range strings.Lines(markdown) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case open == nil:
			if info, ok := strings.CutPrefix(line, "```redis-cli"); ok {
				if info = strings.TrimSpace(info); info != "" && info != "ours" {
					return nil, fmt.Errorf("line %d: a redis-cli block is marked %q; only \"ours\" has a meaning", number, info)
				}
				open = &Block{Line: number, Ours: info == "ours"}
			}
		case strings.HasPrefix(line, "```"):
			if len(open.Steps) == 0 {
				return nil, fmt.Errorf("line %d: a redis-cli block without a prompt", open.Line)
			}
			blocks = append(blocks, *open)
			open = nil
		default:
			if err := open.add(number, line); err != nil {
				return nil, err
			}
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the redis-cli block does not end", open.Line)
	}
	return blocks, nil
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
