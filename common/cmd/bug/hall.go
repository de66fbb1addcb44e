// hall.go: the list of all exhibits, by lesson.

package main

import (
	"fmt"
	"io"

	"redis-internals/common/chapters"
	"redis-internals/common/museum"
	"redis-internals/common/terminal"
)

// hall lists the exhibits with their marks.
func hall(m museum.Museum, marks map[string]string, w io.Writer) {
	chapter, done := 0, 0
	for _, lesson := range chapters.Lessons {
		titled := false
		for _, x := range m.Exhibits {
			if x.Lesson != lesson.Title {
				continue
			}
			if chapter != lesson.Chapter {
				chapter = lesson.Chapter
				fmt.Fprintf(w, "\nChapter %d\n", chapter)
			}
			if !titled {
				fmt.Fprintf(w, "  %s\n", lesson.Title)
				titled = true
			}
			sign := " "
			switch marks[x.Folder()] {
			case "right":
				sign = "x"
				done++
			case "wrong":
				sign = "-"
				done++
			}
			lines := terminal.Wrap(x.Title, "           ", terminal.Columns)
			fmt.Fprintf(w, "  [%s] %s  %s\n", sign, x.ID(), lines[len("           "):])
		}
	}
	fmt.Fprintf(w, "\n%d of %d played: x foreseen, - not foreseen. make bug N=%s plays one.\n",
		done, len(m.Exhibits), next(m, marks))
}

// next is the first exhibit that has not been played.
func next(m museum.Museum, marks map[string]string) string {
	for _, x := range m.Exhibits {
		if marks[x.Folder()] == "" {
			return x.ID()
		}
	}
	return "01"
}
