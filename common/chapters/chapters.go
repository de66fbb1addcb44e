// Package chapters knows the stages of this repository: which there are, which
// lessons each goes with, and how one differs from the next.
//
// A stage is a directory of the repository's root named chNN-title. It is a
// module of its own, redis-internals/chNN, that copies and extends the stage
// before it.
package chapters

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Chapter is one stage on disk.
type Chapter struct {
	Number int    // 1 for ch01-echo
	Name   string // the directory's name: ch01-echo
	Dir    string // the directory's absolute path
}

// Module is the path of the chapter's Go module: redis-internals/ch01.
func (c Chapter) Module() string { return fmt.Sprintf("redis-internals/ch%02d", c.Number) }

var directoryName = regexp.MustCompile(`^ch(\d\d)-[a-z0-9-]+$`)

// List returns the chapters below root in order. It is an error that root
// holds none, or that one is missing in the row.
func List(root string) ([]Chapter, error) {
	entries, err := os.ReadDir(root) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("listing the chapters: %w", err)
	}
	var list []Chapter
	for _, e := range entries {
		m := directoryName.FindStringSubmatch(e.Name())
		if m == nil || !e.IsDir() {
			continue
		}
		n, _ := strconv.Atoi(m[1]) // two digits, says the pattern
		if n != len(list)+1 {
			return nil, fmt.Errorf("%s stands where chapter %d should in %s", e.Name(), len(list)+1, root)
		}
		list = append(list, Chapter{Number: n, Name: e.Name(), Dir: filepath.Join(root, e.Name())})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no chapter directories (ch01-...) in %s", root)
	}
	return list, nil
}

// Parse picks a chapter from list by what people type: 2, 02, ch02 or
// ch02-resp-eventloop. The error names the chapters there are.
func Parse(list []Chapter, s string) (Chapter, error) {
	number, _, _ := strings.Cut(strings.TrimPrefix(s, "ch"), "-")
	if n, err := strconv.Atoi(number); err == nil {
		for _, c := range list {
			if c.Number == n && (!strings.Contains(s, "-") || s == c.Name) {
				return c, nil
			}
		}
	}
	return Chapter{}, fmt.Errorf("no chapter %q; there are %02d to %02d", s, list[0].Number, list[len(list)-1].Number)
}

// Root finds the repository's root: the nearest directory, from the working
// directory upwards, that holds go.work.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the repository: no go.work here or above")
		}
		dir = parent
	}
}
