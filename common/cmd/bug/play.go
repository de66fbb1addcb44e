// play.go: one exhibit at the terminal.
//
//	story, patch ──▶ the question, three answers ──▶ a, b or c?
//	                                                    │   meanwhile go build
//	                                                    ▼
//	the broken server is really asked ──▶ whose the others are ──▶ a case that fails, in full
//	                                                                 ──▶ why, the fix, Redis
//
// Where nobody is asked, as in a pipe, the question stands there and the rest follows.

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
	"redis-internals/common/museum"
	"redis-internals/common/museum/judge"
	"redis-internals/common/terminal"
)

// Colours of a terminal.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	cyan   = "\x1b[36m"
	strong = "\x1b[1m"
	plain  = "\x1b[0m"
)

// player shows an exhibit.
type player struct {
	m      museum.Museum
	x      museum.Exhibit
	in     *bufio.Reader
	out    io.Writer
	asks   bool // somebody is there to answer
	colour bool
}

func newPlayer(m museum.Museum, x museum.Exhibit, stdin io.Reader, stdout io.Writer) *player {
	in, ok := stdin.(*os.File)
	return &player{
		m: m, x: x, in: bufio.NewReader(stdin), out: stdout,
		asks:   ok && term.IsTerminal(int(in.Fd())) && terminal.Is(stdout),
		colour: terminal.Colours(stdout),
	}
}

// play goes through the exhibit.
func (p *player) play() error {
	if err := p.x.Whole(); err != nil {
		return err
	}
	ready := p.build()
	p.heading(fmt.Sprintf("Exhibit %s: %s", p.x.ID(), p.x.Title))
	p.prose(p.place())
	p.prose(p.x.Story)
	if err := p.patch(); err != nil {
		return err
	}
	p.question()
	guess := p.guess()
	built := <-ready
	if built.err != nil {
		return built.err
	}
	said, err := judge.Answers(p.m, p.x)
	if err != nil {
		return err
	}
	p.answer(guess, said)
	if err := p.failingCase(built.binary); err != nil {
		return err
	}
	p.redis()
	p.heading("What happens")
	p.prose(p.x.Happens)
	p.heading("The fix")
	p.prose(p.x.Fix)
	p.heading("In Redis")
	p.prose(p.x.InRedis)
	if guess == "" {
		return nil
	}
	mark := "wrong"
	if guess == p.x.Answer {
		mark = "right"
	}
	return keepMark(p.x, mark)
}

type built struct {
	binary string
	err    error
}

// build compiles the three servers while the story is read.
func (p *player) build() <-chan built {
	ready := make(chan built, 1)
	go func() {
		binary, err := p.x.Build(p.m.Chapters)
		if err == nil {
			_, err = p.m.Sound(p.x)
		}
		if err == nil {
			_, _ = p.m.Third(p.x) // where it fails, it is told when it is asked
		}
		ready <- built{binary, err}
	}()
	return ready
}

// place says where the exhibit belongs.
func (p *player) place() string {
	at := 0
	for _, l := range chapters.Lessons {
		if l.Title == p.x.Lesson {
			at = l.Chapter
		}
	}
	s := fmt.Sprintf("Chapter %d, %s.", at, p.x.Lesson)
	if at != p.x.Chapter {
		s += fmt.Sprintf(" It is shown on chapter %d's server.", p.x.Chapter)
	}
	return s
}

func (p *player) print(format string, args ...any) { fmt.Fprintf(p.out, format, args...) }

func (p *player) coloured(colour, text string) string {
	if !p.colour {
		return text
	}
	return colour + text + plain
}

func (p *player) heading(text string) {
	p.print("%s\n\n", p.coloured(strong, terminal.Wrap(text, "", terminal.Columns)))
}

// prose prints paragraphs. What is indented or fenced is no prose and stands as it is; an item
// of a list begins a line.
func (p *player) prose(text string) {
	for _, paragraph := range paragraphs(text) {
		if paragraph.verbatim {
			p.print("%s\n", conformance.Folded(paragraph.text, "    ", terminal.Columns, true))
		} else {
			p.print("%s\n", terminal.Wrap(paragraph.text, "", terminal.Columns))
		}
		if paragraph.last {
			p.print("\n")
		}
	}
}

// patch prints the patch: the file's name, and what changes.
func (p *player) patch() error {
	patch, err := p.x.Patch()
	if err != nil {
		return err
	}
	p.heading("The patch")
	for line := range strings.Lines(patch) {
		line = strings.TrimSuffix(line, "\n")
		colour := ""
		switch {
		case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "index "), strings.HasPrefix(line, "--- "):
			continue
		case strings.HasPrefix(line, "+++ b/"):
			line, colour = strings.TrimPrefix(line, "+++ b/"), strong
		case strings.HasPrefix(line, "@@"):
			colour = cyan
		case strings.HasPrefix(line, "+"):
			colour = green
		case strings.HasPrefix(line, "-"):
			colour = red
		}
		for _, piece := range foldedCode(line, terminal.Columns) {
			if colour != "" {
				piece = p.coloured(colour, piece)
			}
			p.print("%s\n", piece)
		}
	}
	p.print("\n")
	return nil
}

// question prints what is asked, and the three answers.
func (p *player) question() {
	p.heading("What does this print, on a server with this patch?")
	p.prose(p.x.Question)
	p.print("%s\n\n", conformance.Folded(p.x.Script, "    ", terminal.Columns, true))
	for _, letter := range museum.Letters {
		p.print("%s\n", p.coloured(strong, letter+")"))
		p.output(p.x.Answers[letter])
	}
}

// output prints what a script printed.
func (p *player) output(text string) {
	if text == "" {
		p.print("    (nothing)\n\n")
		return
	}
	p.print("%s\n\n", conformance.Folded(text, "    ", terminal.Columns, false))
}

// guess reads a letter; "" where nobody is asked or answers.
func (p *player) guess() string {
	if !p.asks {
		return ""
	}
	for {
		p.print("%s ", p.coloured(strong, "a, b or c?"))
		line, err := p.in.ReadString('\n')
		letter := strings.ToLower(strings.TrimSpace(line))
		for _, l := range museum.Letters {
			if l == letter {
				p.print("\n")
				return letter
			}
		}
		if err != nil {
			p.print("\n\n")
			return ""
		}
	}
}

// answer prints what the servers have really said, and whose the answers are.
func (p *player) answer(guess string, said judge.Said) {
	p.heading("The server with the patch prints")
	p.output(said.Broken)
	switch guess {
	case "":
	case p.x.Answer:
		p.print("%s\n\n", p.coloured(green, "Right: "+p.x.Answer+"."))
	default:
		p.print("%s\n\n", p.coloured(red, "You said "+guess+", it was "+p.x.Answer+"."))
	}
	var whose []string
	for _, letter := range museum.Letters {
		switch p.x.Answers[letter] {
		case p.x.Answers[p.x.Answer]:
		case said.Sound:
			whose = append(whose, fmt.Sprintf("%s is what chapter %d's server prints without the patch", letter, p.x.Chapter))
		default:
			whose = append(whose, letter+" is what "+p.third()+" prints")
		}
	}
	p.prose(strings.Join(whose, ", and ") + ".")
	if said.Broken != p.x.Answers[p.x.Answer] {
		p.prose("This is none of what was expected. The machine may be slow: make bug once more.")
	}
}

// third is whose the third answer is.
func (p *player) third() string {
	if p.x.Third == "redis" {
		return "redis-server"
	}
	if c, err := chapters.Parse(p.m.Chapters, p.x.Third); err == nil && strings.HasPrefix(p.x.Third, "ch") {
		return fmt.Sprintf("the server of chapter %d", c.Number)
	}
	x, err := p.m.Find(p.x.Third)
	if err != nil {
		return "another server"
	}
	return fmt.Sprintf("exhibit %s (%s)", x.ID(), x.Title)
}

// failingCase runs a case that fails by the mistake, and shows its report.
func (p *player) failingCase(binary string) error {
	name := ""
	switch {
	case len(p.x.Core) > 0:
		name = p.x.Core[0].Case
	case len(p.x.Full) > 0:
		name = p.x.Full[0]
	}
	r, err := judge.Show(p.x, binary, name)
	if err != nil {
		return err
	}
	p.heading("What the suite says of it")
	p.print("  %s  %s\n", p.coloured(red, "FAIL"), name)
	if r.Case.Means != "" {
		p.print("%s\n", terminal.Wrap(r.Case.Means, "        ", terminal.Columns))
	}
	p.print("%s\n\n", conformance.Folded(r.Report, "    ", terminal.Columns, false))
	if all := len(p.x.Core) + len(p.x.Full); all > 1 {
		p.prose(fmt.Sprintf("%d cases in all fail by it, and bugs/%s/README.md names them.", all, p.x.Folder()))
	}
	return nil
}

// redis asks redis-server the same, where there is one and it can be asked.
func (p *player) redis() {
	if p.x.Chapter == 1 || len(p.x.Args) > 0 || p.x.Third == "redis" {
		return
	}
	out, err := p.x.Ask(harness.StartRedis)
	if err != nil {
		return
	}
	for _, letter := range museum.Letters {
		if p.x.Answers[letter] == out {
			p.prose("redis-server prints the same as " + letter + ".")
			return
		}
	}
	p.heading("redis-server prints")
	p.output(out)
}
