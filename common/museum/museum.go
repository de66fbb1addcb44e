// Package museum holds the mistakes that people make when they write a Redis: one a
// folder, as small patches on this repository's chapters.
//
//	bugs/19-short-write-is-lost/
//	    bug.patch    what git diff prints: one chapter, changed as somebody would write it
//	    README.md    front matter: chapter, lesson, cases that fail by it
//	                 story, a question with three answers, what happens, the fix
//
//	Open ──▶ Exhibit ──▶ Build ──▶ a server with the mistake in it ──▶ Ask: the question,
//	                                                    │               put to it for real
//	                                                    └──▶ package judge: the suite's cases
//
// Of the three answers one is the broken server's, one is the sound chapter's, and the
// third is real, too: another exhibit's, another chapter's or redis-server's.
package museum

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"redis-internals/common/chapters"
	"redis-internals/common/harness"
)

// Folder is where the exhibits are, below the repository's root.
const Folder = "bugs"

// folderName is what an exhibit's folder is called.
var folderName = regexp.MustCompile(`^(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)$`)

// Museum is all exhibits, and the chapters that they are patches on.
type Museum struct {
	Chapters []chapters.Chapter
	Exhibits []Exhibit // in the order of their numbers
}

// Open reads what there is below the repository's root. It is an error that an exhibit is not
// what it should be; the others are returned all the same.
func Open(root string) (Museum, error) {
	m, wrong, err := read(root)
	return m, errors.Join(append(wrong, err)...)
}

// read reads all exhibits, and says of each that cannot be read why.
func read(root string) (m Museum, wrong []error, err error) {
	if m.Chapters, err = chapters.List(root); err != nil {
		return m, nil, err
	}
	entries, err := os.ReadDir(filepath.Join(root, Folder)) // sorted by name
	if err != nil {
		return m, nil, fmt.Errorf("opening the museum: %w", err)
	}
	byNumber := map[int]string{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		x, err := Read(filepath.Join(root, Folder, e.Name()))
		switch {
		case err != nil:
			wrong = append(wrong, err)
		case byNumber[x.Number] != "":
			wrong = append(wrong, fmt.Errorf("%s/%s has the number of %s", Folder, x.Folder(), byNumber[x.Number]))
		default:
			byNumber[x.Number] = x.Folder()
			m.Exhibits = append(m.Exhibits, x)
		}
	}
	return m, wrong, nil
}

// Find picks an exhibit by what people type: 7, 07, its name, or both. The error says what
// there is.
func (m Museum) Find(s string) (Exhibit, error) {
	n, err := strconv.Atoi(s)
	for _, x := range m.Exhibits {
		if err == nil && n == x.Number || s == x.Name || s == x.Folder() {
			return x, nil
		}
	}
	if len(m.Exhibits) == 0 {
		return Exhibit{}, fmt.Errorf("no exhibit %q: the museum is empty", s)
	}
	return Exhibit{}, fmt.Errorf("no exhibit %q; there are %s to %s, and make bugs lists them",
		s, m.Exhibits[0].ID(), m.Exhibits[len(m.Exhibits)-1].ID())
}

// Sound starts the chapter that the exhibit is a patch on.
func (m Museum) Sound(x Exhibit) (Start, error) {
	return started(harness.Build(m.Chapters[x.Chapter-1]))
}

// Broken starts it with the mistake in it.
func (m Museum) Broken(x Exhibit) (Start, error) { return started(x.Build(m.Chapters)) }

// Third starts the server that the exhibit's third answer comes from. The error is
// harness.ErrNoRedis where that is a redis-server and there is none.
func (m Museum) Third(x Exhibit) (Start, error) {
	if x.Third == "redis" {
		if _, err := exec.LookPath("redis-server"); err != nil {
			return nil, harness.ErrNoRedis
		}
		return harness.StartRedis, nil
	}
	if strings.HasPrefix(x.Third, "ch") {
		c, err := chapters.Parse(m.Chapters, x.Third)
		if err != nil {
			return nil, fmt.Errorf("%s: its third answer: %w", x.Folder(), err)
		}
		return started(harness.Build(c))
	}
	other, err := m.Find(x.Third)
	if err != nil {
		return nil, fmt.Errorf("%s: its third answer: %w", x.Folder(), err)
	}
	return m.Broken(other)
}

func started(binary string, err error) (Start, error) {
	if err != nil {
		return nil, err
	}
	return func(o harness.Options) (*harness.Server, error) {
		return harness.StartBinary("bug", binary, o)
	}, nil
}
