// Package terminal knows what may be written to where a program's output goes.
//
//	make check           a terminal: colours, and a line that says how far it is
//	make check | less    a pipe: neither
//
// Colours follow no-color.org: NO_COLOR, set to anything, turns them off.
package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Columns is the width that all output fits: that of a terminal nobody has made wider.
const Columns = 80

// Is reports whether w is a terminal on which a line can be written over.
func Is(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// Colours reports whether colours are seen on w, and wanted.
func Colours(w io.Writer) bool { return os.Getenv("NO_COLOR") == "" && Is(w) }

// refresh is how often a line of progress changes at most.
const refresh = 100 * time.Millisecond

// Progress is a line that says how far long work is. It is written over and over on a
// terminal, and nothing on anything else. Its methods may be called from several goroutines.
type Progress struct {
	w     io.Writer // nil: nobody sees it
	mu    sync.Mutex
	shown int // characters that stand there
	last  time.Time
}

// NewProgress is a line on w.
func NewProgress(w io.Writer) *Progress {
	if !Is(w) {
		return &Progress{}
	}
	return &Progress{w: w}
}

// Show puts text in the line's place, unless it has just changed.
func (p *Progress) Show(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || time.Since(p.last) < refresh {
		return
	}
	p.last = time.Now()
	p.put(fmt.Sprintf(format, args...))
}

// Clear takes the line away, so that something else can be written in its place.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil && p.shown > 0 {
		p.put("")
		p.last = time.Time{}
	}
}

// put writes text over what stands there, and clears the rest of that.
func (p *Progress) put(text string) {
	runes := []rune(text)
	runes = runes[:min(len(runes), Columns-1)]
	fmt.Fprintf(p.w, "\r%s%s\r", string(runes), strings.Repeat(" ", max(0, p.shown-len(runes))))
	p.shown = len(runes)
}

// Wrap breaks text at spaces into lines of at most so many columns, each indented. A word that
// is longer than a line has one of its own.
func Wrap(text, indent string, columns int) string {
	var lines []string
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line) > len(indent) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines = append(lines, line)
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}
