// exhibit.go: an exhibit's README, read and written.
//
//	---
//	title: A short write is lost     front matter, in YAML: a case's name may hold any
//	core: ...                        character, and YAML's quoting is a known one
//	---
//	# A short write is lost          what follows is the story
//	## Predict                       a fence of bash
//	### a, ### b, ### c              a fence of output each
//	## What happens
//	## The fix
//	## In Redis
//
// A heading inside a fence is text. What Record does not change is kept to the byte.

package museum

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"redis-internals/common/chapters"
)

// The files of an exhibit.
const (
	readmeFile = "README.md"
	patchFile  = "bug.patch"
)

// Letters name the three answers.
var Letters = []string{"a", "b", "c"}

// Exhibit is one mistake: how it is made, what it does, and what is right.
type Exhibit struct {
	Number int
	Name   string // short-write-is-lost
	Dir    string // the folder's absolute path

	Card
	Story    string
	Question string            // what stands before the script; "" for the usual one
	Script   string            // bash, see Ask
	Answers  map[string]string // what it prints, by letter
	Happens  string
	Fix      string
	InRedis  string

	sections []section
}

// Card is the front matter.
type Card struct {
	Title   string   `yaml:"title"`
	Chapter int      `yaml:"chapter"` // the one that is patched
	Lesson  string   `yaml:"lesson"`  // a title of chapters.Lessons
	Answer  string   `yaml:"answer"`  // the letter of what the broken server prints
	Third   string   `yaml:"third"`   // whose the third answer is: 05, ch03 or redis
	Args    []string `yaml:"args,omitempty,flow"`
	Core    Failures `yaml:"core"`           // cases of the core tier that fail, and how
	May     []string `yaml:"may,omitempty"`  // those that fail on some runs only
	Full    []string `yaml:"full,omitempty"` // cases of the full tier that show it best
}

// Failures are cases with their symptoms, in the suite's order.
type Failures []Failure

// Failure is a case that fails, and in a few words how: conformance.Result.Symptom.
type Failure struct{ Case, Symptom string }

// Symptom is how a case fails, and whether it does.
func (f Failures) Symptom(name string) (string, bool) {
	i := slices.IndexFunc(f, func(one Failure) bool { return one.Case == name })
	if i < 0 {
		return "", false
	}
	return f[i].Symptom, true
}

// UnmarshalYAML reads a mapping from names to symptoms.
func (f *Failures) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return errors.New("core is a mapping from cases to symptoms; none is {}")
	}
	*f = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		*f = append(*f, Failure{node.Content[i].Value, node.Content[i+1].Value})
	}
	return nil
}

// MarshalYAML writes it.
func (f Failures) MarshalYAML() (any, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	if len(f) == 0 {
		node.Style = yaml.FlowStyle
	}
	for _, one := range f {
		for _, s := range []string{one.Case, one.Symptom} {
			scalar := &yaml.Node{}
			if err := scalar.Encode(s); err != nil {
				return nil, err
			}
			node.Content = append(node.Content, scalar)
		}
	}
	return node, nil
}

// ID is the number as it is written: 07.
func (x Exhibit) ID() string { return fmt.Sprintf("%02d", x.Number) }

// Folder is the folder's name.
func (x Exhibit) Folder() string { return x.ID() + "-" + x.Name }

// section is a heading, "" for what stands before the first one, and what follows it up to
// the next. Joined they are the text that they were cut from.
type section struct{ heading, text string }

func cutSections(text string) []section {
	sections := []section{{}}
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(line, "#") {
			sections = append(sections, section{heading: line})
			continue
		}
		sections[len(sections)-1].text += line
	}
	return sections
}

// Read reads an exhibit. It is an error that something is missing, or not what it should be.
func Read(dir string) (Exhibit, error) {
	x := Exhibit{Dir: dir}
	m := folderName.FindStringSubmatch(filepath.Base(dir))
	if m == nil {
		return x, fmt.Errorf("%s/%s: a folder's name is two digits and a name: 07-short-write-is-lost", Folder, filepath.Base(dir))
	}
	x.Number, _ = strconv.Atoi(m[1]) // two digits, says the pattern
	x.Name = m[2]
	text, err := os.ReadFile(filepath.Join(dir, readmeFile))
	if err != nil {
		return x, err
	}
	if err := x.parse(string(text)); err != nil {
		return x, fmt.Errorf("%s/%s/%s: %w", Folder, x.Folder(), readmeFile, err)
	}
	return x, nil
}

func (x *Exhibit) parse(text string) error {
	matter, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(text, "---\n") {
		return errors.New("begins with front matter between two lines of ---")
	}
	decoder := yaml.NewDecoder(strings.NewReader(matter))
	decoder.KnownFields(true)
	if err := decoder.Decode(&x.Card); err != nil {
		return fmt.Errorf("its front matter: %w", err)
	}
	x.sections = cutSections(body)
	x.Answers = map[string]string{}
	for _, s := range x.sections {
		text := strings.TrimSpace(s.text)
		switch heading := strings.TrimSpace(s.heading); heading {
		case "# " + x.Title:
			x.Story = text
		case "## Predict":
			before, script, _ := strings.Cut(s.text, "```bash\n")
			x.Question = strings.TrimSpace(before)
			x.Script, _, _ = strings.Cut(script, "```")
		case "### a", "### b", "### c":
			x.Answers[strings.TrimPrefix(heading, "### ")] = fenced(s.text)
		case "## What happens":
			x.Happens = text
		case "## The fix":
			x.Fix = text
		case "## In Redis":
			x.InRedis = text
		case "":
			if text != "" {
				return fmt.Errorf("what is %.20q before the title?", text)
			}
		default:
			return fmt.Errorf("has a heading %q; there are: # %s, ## Predict, ### a, ### b, ### c, ## What happens, ## The fix, ## In Redis", heading, x.Title)
		}
	}
	return x.check()
}

// fenced is what a fence holds.
func fenced(text string) string {
	_, inside, _ := strings.Cut(text, "```")
	_, inside, _ = strings.Cut(inside, "\n") // a language
	inside, _, _ = strings.Cut(inside, "```")
	return inside
}

// check says what the README lacks. Answers are not asked for: they are recorded.
func (x *Exhibit) check() error {
	for name, text := range map[string]string{
		"title": x.Title, "third": x.Third, "story": x.Story, "script below Predict": x.Script,
		"What happens": x.Happens, "The fix": x.Fix, "In Redis": x.InRedis,
	} {
		if text == "" {
			return fmt.Errorf("lacks its %s", name)
		}
	}
	lesson := slices.IndexFunc(chapters.Lessons, func(l chapters.Lesson) bool { return l.Title == x.Lesson })
	switch {
	case lesson < 0:
		return fmt.Errorf("there is no lesson %q", x.Lesson)
	case chapters.Lessons[lesson].Chapter > x.Chapter:
		return fmt.Errorf("chapter %d comes before the lesson %q", x.Chapter, x.Lesson)
	case !slices.Contains(Letters, x.Answer):
		return fmt.Errorf("its answer is a, b or c, not %q", x.Answer)
	}
	return nil
}

// Whole says what has not been recorded yet, or that two answers are alike.
func (x Exhibit) Whole() error {
	if len(x.Core)+len(x.Full) == 0 {
		return fmt.Errorf("%s: names no case that fails, neither below core nor below full", x.Folder())
	}
	seen := map[string]string{}
	for _, letter := range Letters {
		out, ok := x.Answers[letter]
		if !ok {
			return fmt.Errorf("%s: answer %s is not there; record it: go run ./common/cmd/bug -record %s", x.Folder(), letter, x.ID())
		}
		if same, ok := seen[out]; ok {
			return fmt.Errorf("%s: answers %s and %s are the same", x.Folder(), same, letter)
		}
		seen[out] = letter
	}
	return nil
}

// Text is the README with the card and the answers as they are now.
func (x Exhibit) Text() (string, error) {
	var out bytes.Buffer
	out.WriteString("---\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(x.Card); err != nil {
		return "", err
	}
	out.WriteString("---\n")
	for _, s := range x.sections {
		if strings.HasPrefix(s.heading, "### ") {
			continue
		}
		out.WriteString(s.heading + s.text)
		if strings.TrimSpace(s.heading) != "## Predict" {
			continue
		}
		if !strings.HasSuffix(s.text, "\n\n") {
			out.WriteString("\n")
		}
		for _, letter := range Letters {
			if answer, ok := x.Answers[letter]; ok {
				fmt.Fprintf(&out, "### %s\n\n```\n%s```\n\n", letter, answer)
			}
		}
	}
	return out.String(), nil
}

// Write replaces the README.
func (x Exhibit) Write() error {
	text, err := x.Text()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(x.Dir, readmeFile), []byte(text), 0o644)
}
