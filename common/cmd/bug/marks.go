// marks.go: which exhibits have been played, and whether the answer was right.
//
// They are kept below the user's folder for settings, one a line: "05-partial-argument right".
// The last line of an exhibit holds.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"redis-internals/common/museum"
)

// marksFile is where they are: ~/.config/redis-internals/bugs.
func marksFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "redis-internals", "bugs"), nil
}

// readMarks are the words "right" and "wrong", by folder. Without a file there are none.
func readMarks() (map[string]string, error) {
	marks := map[string]string{}
	file, err := marksFile()
	if err != nil {
		return marks, nil // a user without a home has played nothing
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return marks, nil
	}
	for line := range strings.Lines(string(text)) {
		if folder, mark, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			marks[folder] = mark
		}
	}
	return marks, err
}

// keepMark adds one.
func keepMark(x museum.Exhibit, mark string) error {
	file, err := marksFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %s\n", x.Folder(), mark)
	return errors.Join(err, f.Close())
}
