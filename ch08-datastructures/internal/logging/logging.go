// Package logging writes the server's log as Redis does, one line an event:
//
//	4711:M 28 Feb 2026 10:15:12.268 * Ready to accept connections
//	│    │ └ local time            │ └ what happened
//	│    └ role: M is a master     └ level: . debug, - verbose, * notice, # warning
//	└ process ID
//
// Programs that start a Redis wait for some of its messages, so those are in
// Redis' words. Redis: server.c, serverLogRaw.
package logging

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// Level says how much an event matters. Lines below the logger's level are
// dropped.
type Level int

const (
	Debug   Level = iota // for who works on the server
	Verbose              // of little use in production, but not a flood
	Notice               // what an operator wants to see
	Warning              // what an operator must see
)

// marks stand in a line for its level.
const marks = ".-*#"

// Role says in a line what the process is.
type Role byte

// The roles that a server here has.
const (
	Starting Role = 'C' // it has yet to become a server
	Master   Role = 'M'
)

// Logger writes log lines. Its methods may be called from any goroutine. The
// zero Logger drops everything.
type Logger struct {
	mu    sync.Mutex
	out   io.Writer // nil drops everything
	level Level     // the least that is written
	now   func() time.Time
	pid   int
	role  Role
}

// New returns a logger that writes lines of at least level to out. An error of
// out is nobody's: there is no other place to tell of it.
func New(out io.Writer, level Level) *Logger {
	return &Logger{out: out, level: level, now: time.Now, pid: os.Getpid(), role: Master}
}

// Open returns a logger that appends to a file, or writes to standard output if
// path is empty. The error says why the file cannot be opened.
func Open(path string, level Level) (*Logger, error) {
	if path == "" {
		return New(os.Stdout, level), nil
	}
	if _, err := file(path).Write(nil); err != nil {
		return nil, fmt.Errorf("cannot open the log file: %w", err)
	}
	return New(file(path), level), nil
}

// SetLevel makes level the least that is written from now on.
func (l *Logger) SetLevel(level Level) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.level = level
}

// SetRole says what the process is from now on.
func (l *Logger) SetRole(role Role) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.role = role
}

// Debug, Verbose, Notice and Warning write a line of that level. The arguments
// are those of fmt.Printf.
func (l *Logger) Debug(format string, args ...any)   { l.write(Debug, format, args...) }
func (l *Logger) Verbose(format string, args ...any) { l.write(Verbose, format, args...) }
func (l *Logger) Notice(format string, args ...any)  { l.write(Notice, format, args...) }
func (l *Logger) Warning(format string, args ...any) { l.write(Warning, format, args...) }

func (l *Logger) write(level Level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil || level < l.level {
		return
	}
	_, _ = fmt.Fprintf(l.out, "%d:%c %s %c %s\n", l.pid, l.role, l.now().Format("02 Jan 2006 15:04:05.000"), marks[level],
		oneLine.Replace(fmt.Sprintf(format, args...)))
}

// Raw writes text as it is, whatever the level. Redis: server.c, LL_RAW.
func (l *Logger) Raw(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != nil {
		_, _ = io.WriteString(l.out, text)
	}
}

// File opens the log's file, for what is written past the Logger. It is nil if the log
// is no file, or cannot be opened.
func (l *Logger) File() *os.File {
	path, isFile := l.out.(file)
	if !isFile {
		return nil
	}
	f, _ := path.open()
	return f
}

// oneLine keeps an event on its line, whatever an error or a name contains.
var oneLine = strings.NewReplacer("\r", " ", "\n", "; ")

// file is the path of a log file. It is opened for each line, as Redis does: a
// log that has been moved away (logrotate) begins anew without a signal.
type file string

func (path file) open() (*os.File, error) {
	return os.OpenFile(string(path), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
}

func (path file) Write(line []byte) (int, error) {
	f, err := path.open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Write(line)
}
