// load.go: executing the log again.
//
//	*3 SET a 1   *3 SET b 2   MULTI  *3 SET c 3   *2 DEL a   EXEC   *3 SET d
//	└ executed ┘ └ executed ┘ └ executed together, or not at all ┘  └ torn ┘
//
// A server that dies while it writes leaves the last file torn: it ends in the
// middle of a command. That command was never acknowledged (always), or is
// within the second that may be lost (everysec), so it is cut off. Anything else
// that is not a command means that bytes have changed, and then nobody knows what
// else has: loading ends, with the place. Redis: aof.c, loadSingleAppendOnlyFile.

package aof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"redis-internals/ch08/internal/resp"
)

// ErrStopped is Load's error if it was asked to stop.
var ErrStopped = errors.New("loading the append-only file was stopped")

const (
	readSize      = 1 << 20     // bytes read at a time
	pauseInterval = 1024        // commands between two pauses
	reportEvery   = time.Second // how often progress is logged
)

// Load calls execute with every command of the log, in order; the words are
// borrowed. pause is called now and then. It must be called before Start.
// Redis: aof.c, loadAppendOnlyFiles.
func (l *Log) Load(execute func(words [][]byte) error, pause func() (stop bool)) error {
	if !l.opts.AppendOnly {
		return nil
	}
	began := time.Now()
	parts := l.manifest.parts()
	left, err := l.totalSize(parts)
	if err != nil {
		return err
	}
	progress := &progress{log: l, total: left, pause: pause, reported: began}
	l.loaded = Loaded{Began: began, Total: left}
	for i, p := range parts {
		r := &reader{execute: execute, progress: progress, parser: resp.Parser{MaxBulk: &longest}}
		size, err := l.loadPart(r, p, left)
		if err != nil {
			return err
		}
		left -= size
		l.size += size
		if i == 0 {
			l.baseSize = size
		}
	}
	if len(parts) > 0 {
		l.log.Notice("DB loaded from append only file: %.3f seconds", time.Since(began).Seconds())
	}
	return nil
}

// Loaded is how far loading is, in bytes.
type Loaded struct {
	Began       time.Time
	Total, Done int64
}

// Loaded tells how far Load is.
func (l *Log) Loaded() Loaded { return l.loaded }

func (l *Log) totalSize(parts []part) (total int64, err error) {
	for _, p := range parts {
		info, err := os.Stat(l.path(p.name))
		if err != nil {
			return 0, fmt.Errorf("the AOF manifest names %s: %w", l.path(p.name), cause(err))
		}
		total += info.Size()
	}
	return total, nil
}

// loadPart executes one file, and returns its size. left is what there is of it
// and the files behind it: if that is all its own, it may be torn.
func (l *Log) loadPart(r *reader, p part, left int64) (size int64, err error) {
	name := l.path(p.name)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 0, fmt.Errorf("cannot open the AOF file %s: %w", name, cause(err))
	}
	defer f.Close()
	r.file = f
	err = r.run()
	switch {
	case err == nil:
		return r.offset, nil
	case !errors.Is(err, errTorn):
		return 0, fmt.Errorf("loading the AOF file %s: %w", name, err)
	case left > r.end() || p == l.manifest.base && len(l.manifest.incrs) > 0: // a base was whole when it got its name
		return 0, fmt.Errorf("the AOF file %s is torn at offset %d, and it is not the last file of the log: restore it from a backup", name, r.whole)
	case !l.opts.AOFLoadTruncated:
		return 0, fmt.Errorf("unexpected end of the AOF file %s: the command at offset %d is not whole. "+
			"Make a backup of it, then start with --aof-load-truncated yes to cut it off", name, r.whole)
	}
	l.log.Warning("!!! Warning: short read while loading the AOF file %s!!!", name)
	l.log.Warning("AOF loaded anyway because aof-load-truncated is enabled:")
	l.log.Warning("cutting off the last %d bytes, half a command at %d", r.end()-r.whole, r.whole)
	if err := f.Truncate(r.whole); err != nil {
		return 0, fmt.Errorf("cannot truncate the AOF file %s: %w", name, cause(err))
	}
	return r.whole, nil
}

// progress tells how far loading is, and lets others have their turn.
type progress struct {
	log          *Log
	total, bytes int64
	commands     int
	pause        func() (stop bool)
	reported     time.Time
}

func (p *progress) step(bytes int) error {
	p.bytes += int64(bytes)
	p.commands++
	if p.commands%pauseInterval != 0 {
		return nil
	}
	p.log.loaded.Done = p.bytes
	if p.pause() {
		return ErrStopped
	}
	if time.Since(p.reported) >= reportEvery {
		p.reported = time.Now()
		p.log.log.Notice("Loading: %d %%, %d commands", p.bytes*100/max(1, p.total), p.commands)
	}
	return nil
}

// errTorn says that a file ends in the middle of a command.
var errTorn = errors.New("the file ends in the middle of a command")

// reader executes the commands of one file.
type reader struct {
	file     *os.File
	execute  func(words [][]byte) error
	progress *progress

	buf    []byte // read and not executed
	offset int64  // of buf's first byte in the file
	whole  int64  // everything before this offset has been executed
	words  [][]byte
	parser resp.Parser

	inMulti bool       // behind a MULTI that has no EXEC yet
	queue   [][][]byte // the commands since then, copied
}

// longest is no limit: what was small enough to be executed is small enough here.
var longest = math.MaxInt

// end is the offset behind what has been read.
func (r *reader) end() int64 { return r.offset + int64(len(r.buf)) }

// run executes the file to its end.
func (r *reader) run() error {
	room := make([]byte, 0, readSize)
	for {
		n, err := r.next()
		if err != nil {
			return err
		}
		if n > 0 {
			r.buf = r.buf[n:]
			r.offset += int64(n)
			if !r.inMulti {
				r.whole = r.offset
			}
			continue
		}
		if len(r.buf) == cap(room) { // one command fills it
			room = make([]byte, 0, 2*cap(room))
		}
		room = append(room[:0], r.buf...)
		got, err := r.file.Read(room[len(room):cap(room)])
		r.buf = room[:len(room)+got]
		switch {
		case got > 0:
		case err != io.EOF:
			return fmt.Errorf("reading at offset %d: %w", r.end(), cause(err))
		case len(r.buf) > 0:
			return r.torn()
		case r.inMulti:
			return errTorn
		default:
			return nil
		}
	}
}

// next executes the command at the front of buf and returns its length, or 0
// while it has not been read whole.
func (r *reader) next() (n int, err error) {
	if len(r.buf) == 0 {
		return 0, nil
	}
	if r.buf[0] == '#' { // an annotation, such as the time (aof-timestamp-enabled)
		return bytes.IndexByte(r.buf, '\n') + 1, nil
	}
	if r.buf[0] != '*' {
		return 0, r.damaged("a command should begin here, and does not")
	}
	n, words, err := r.parser.Parse(r.buf, r.words[:0])
	if err != nil {
		return 0, r.damaged(err.Error())
	}
	if n == 0 && r.parser.Endless(r.buf) {
		return 0, r.damaged("a NUL in the line of a length")
	}
	if n == 0 {
		return 0, nil
	}
	r.words = words
	if len(words) == 0 || !isCanonical(r.buf[:n], words) {
		return 0, r.damaged("lengths that do not fit")
	}
	if err := r.apply(words); err != nil {
		return 0, r.damaged(err.Error())
	}
	return n, r.progress.step(n)
}

func (r *reader) damaged(what string) error {
	hint := ""
	if bytes.HasPrefix(r.buf, []byte("REDIS")) && r.offset == 0 {
		hint = " (it is an RDB file: have Redis write it with aof-use-rdb-preamble no)"
	}
	return fmt.Errorf("bad file format at offset %d: %s%s. Make a backup of the file, then repair it with redis-check-aof --fix",
		r.offset, what, hint)
}

// isCanonical reports whether a request is written as we write it, and not only
// understood: network clients may be sloppy, but here a byte that differs is a
// byte that has changed.
func isCanonical(request []byte, words [][]byte) bool {
	at := 0
	lineEnds := func(n int) bool { // after n more bytes
		at += n + 2
		return at <= len(request) && request[at-2] == '\r' && request[at-1] == '\n'
	}
	if !lineEnds(1 + digits(len(words))) {
		return false
	}
	for _, word := range words {
		if !lineEnds(1+digits(len(word))) || !lineEnds(len(word)) {
			return false
		}
	}
	return at == len(request)
}

func digits(n int) int {
	count := 1
	for n >= 10 {
		n /= 10
		count++
	}
	return count
}

// The words that are no commands of the log, but say how to execute others.
var (
	wordMulti = []byte("MULTI")
	wordExec  = []byte("EXEC")
)

// apply executes one command. Between MULTI and EXEC commands wait, to be
// executed together.
func (r *reader) apply(words [][]byte) error {
	alone := len(words) == 1
	switch {
	case alone && !r.inMulti && bytes.EqualFold(words[0], wordMulti):
		r.inMulti = true
		return nil
	case alone && r.inMulti && bytes.EqualFold(words[0], wordExec):
		r.inMulti = false
		for _, queued := range r.queue {
			if err := r.execute(queued); err != nil {
				return err
			}
		}
		r.queue = nil
		return nil
	case r.inMulti:
		r.queue = append(r.queue, cloneWords(words))
		return nil
	}
	return r.execute(words)
}

func cloneWords(words [][]byte) [][]byte {
	clone := make([][]byte, len(words))
	for i, word := range words {
		clone[i] = bytes.Clone(word)
	}
	return clone
}

// torn is the error at the end of a file whose last command is not whole. A
// changed length can make it seem so in the middle of the file, too: then there
// are commands behind the place, up to the end, and cutting them all off would
// be wrong.
func (r *reader) torn() error {
	for rest := r.buf; ; {
		i := bytes.Index(rest, []byte("\r\n*"))
		if i < 0 {
			return errTorn
		}
		rest = rest[i+2:]
		end, ok := commandsEnd(rest)
		if ok && end > 0 {
			return r.damaged(fmt.Sprintf("a command that is not whole, and yet others follow at offset %d", r.end()-int64(len(rest))))
		}
		rest = rest[end:]
	}
}

// commandsEnd is where the whole commands end that b begins with. ok says that
// nothing else follows, but a part of another command: a value that looks like a
// command is followed by the rest of the value.
func commandsEnd(b []byte) (end int, ok bool) {
	var words [][]byte
	for end < len(b) {
		if b[end] == '#' {
			n := bytes.IndexByte(b[end:], '\n') + 1
			if n == 0 {
				return end, true
			}
			end += n
			continue
		}
		p := resp.Parser{MaxBulk: &longest}
		n, found, err := p.Parse(b[end:], words[:0])
		switch {
		case err != nil || b[end] != '*':
			return end, false
		case n == 0:
			return end, !p.Endless(b[end:])
		case len(found) == 0 || !isCanonical(b[end:end+n], found):
			return end, false
		}
		words = found
		end += n
	}
	return end, true
}
