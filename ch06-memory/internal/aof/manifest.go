// manifest.go: which files make up the log.
//
//	file appendonly.aof.2.base.aof seq 2 type b     the base: executed first
//	file appendonly.aof.2.incr.aof seq 2 type i     then these, by seq
//	file appendonly.aof.3.incr.aof seq 3 type i     the last one is appended to
//	file appendonly.aof.1.incr.aof seq 1 type h     history: to be deleted
//
// A line is pairs of words, quoted as in an inline request where they need it.
// The manifest is never changed but replaced, by rename: a crash leaves the old
// one or the new one. Redis: aof.c, aofLoadManifestFromFile and persistAofManifest.

package aof

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"redis-internals/ch06/internal/resp"
)

// part is one file of the log.
type part struct {
	name string
	seq  int64
}

// manifest names the parts. The zero value names none.
type manifest struct {
	prefix  string // appendfilename: how the names of new parts begin
	base    part   // without a name if there is none
	incrs   []part // ascending by seq
	history []part // not needed any more

	lastBase, lastIncr int64 // the highest numbers given
}

func (m manifest) clone() manifest {
	m.incrs, m.history = slices.Clone(m.incrs), slices.Clone(m.history)
	return m
}

// parts are the files to execute, in order.
func (m manifest) parts() []part {
	if m.base.name == "" {
		return m.incrs
	}
	return append([]part{m.base}, m.incrs...)
}

// newBase returns m with a fresh base in place of the old one.
func (m manifest) withNewBase() manifest {
	m = m.clone()
	if m.base.name != "" {
		m.history = append(m.history, m.base)
	}
	m.lastBase++
	m.base = part{fmt.Sprintf("%s.%d.base.aof", m.prefix, m.lastBase), m.lastBase}
	return m
}

// withNewIncr returns m with a fresh incremental file behind the others.
func (m manifest) withNewIncr() manifest {
	m = m.clone()
	m.lastIncr++
	m.incrs = append(m.incrs, part{fmt.Sprintf("%s.%d.incr.aof", m.prefix, m.lastIncr), m.lastIncr})
	return m
}

// withoutOldIncrs returns m with the incremental files from seq on; those before
// are history.
func (m manifest) withoutOldIncrs(seq int64) manifest {
	m = m.clone()
	for len(m.incrs) > 0 && m.incrs[0].seq < seq {
		m.history = append(m.history, m.incrs[0])
		m.incrs = m.incrs[1:]
	}
	return m
}

// String is the manifest as it stands in the file.
func (m manifest) String() string {
	var b strings.Builder
	line := func(p part, kind string) {
		fmt.Fprintf(&b, "file %s seq %d type %s\n", quote(p.name), p.seq, kind)
	}
	if m.base.name != "" {
		line(m.base, "b")
	}
	for _, p := range m.history {
		line(p, "h")
	}
	for _, p := range m.incrs {
		line(p, "i")
	}
	return b.String()
}

// quote puts a name in quotes if it needs them. Redis: sds.c, sdscatrepr.
func quote(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '"' || r == '\'' || r == '\\' || r > '~' }) {
		return name
	}
	b := []byte{'"'}
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, `\x%02x`, c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

func manifestName(prefix string) string { return prefix + ".manifest" }

// readManifest reads the folder's manifest; where there is none it names no
// files. The error says which line is wrong.
func readManifest(folder, prefix string) (manifest, error) {
	m := manifest{prefix: prefix}
	name := filepath.Join(folder, manifestName(prefix))
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("cannot read the AOF manifest %s: %w", name, cause(err))
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if err := m.addLine(line); err != nil {
			return m, fmt.Errorf("bad AOF manifest %s, line %d: %w", name, n, err)
		}
	}
	if len(m.parts()) == 0 {
		return m, fmt.Errorf("bad AOF manifest %s: it names no files", name)
	}
	return m, nil
}

// addLine adds what a line says.
func (m *manifest) addLine(line string) error {
	switch {
	case !strings.HasSuffix(line, "\n"):
		return errors.New("the line is torn: it has no end")
	case line[0] == '#':
		return nil
	}
	words, ok := resp.SplitWords([]byte(line), nil)
	if !ok || len(words) < 6 || len(words)%2 != 0 {
		return errors.New("it should read: file NAME seq NUMBER type b, i or h")
	}
	var p part
	kind := ""
	for i := 0; i < len(words); i += 2 {
		value := string(words[i+1])
		switch strings.ToLower(string(words[i])) {
		case "file":
			if strings.Contains(value, "/") {
				return errors.New("a file can't be a path, just a filename")
			}
			p.name = value
		case "seq":
			p.seq, _ = strconv.ParseInt(value, 10, 64)
		case "type":
			kind = value
		}
	}
	switch {
	case p.name == "" || p.seq <= 0:
		return errors.New("it should read: file NAME seq NUMBER type b, i or h")
	case kind == "b" && m.base.name != "":
		return errors.New("there is a base file already")
	case kind == "b":
		m.base, m.lastBase = p, p.seq
	case kind == "i" && p.seq <= m.lastIncr:
		return fmt.Errorf("seq %d does not come after %d", p.seq, m.lastIncr)
	case kind == "i":
		m.incrs, m.lastIncr = append(m.incrs, p), p.seq
	case kind == "h":
		m.history = append(m.history, p)
	default:
		return fmt.Errorf("type %q is none of b, i and h", kind)
	}
	return nil
}

// writeManifest replaces the folder's manifest, on the disk too when it returns.
func writeManifest(folder string, m manifest) error {
	name := filepath.Join(folder, manifestName(m.prefix))
	temporary := filepath.Join(folder, temporaryPrefix+manifestName(m.prefix))
	err := writeAndSync(temporary, m.String())
	if err == nil {
		err = os.Rename(temporary, name)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("cannot write the AOF manifest %s: %w", name, cause(err))
	}
	return nil
}

func writeAndSync(name, text string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder makes what was created, renamed or deleted in a folder survive a
// power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
