// manifest.go: which files make up the log.
//
//	file appendonly.aof.2.base.aof seq 2 type b     the base: executed first
//	file appendonly.aof.1.incr.aof seq 1 type h     history: to be deleted,
//	file appendonly.aof.1.base.aof seq 1 type h     up to the base that was replaced
//	file appendonly.aof.2.incr.aof seq 2 type i     then these are executed, by seq
//	file appendonly.aof.3.incr.aof seq 3 type i     the last one is appended to
//
// A line is pairs of words, quoted as in an inline request where they need it.
// One byte that changes in it could give other data, or delete some: what is said
// twice, in a name and beside it, must agree, and the lines stand in this order.
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

	"redis-internals/ch08/internal/resp"
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
	if m.base.name == "" {
		return m, fmt.Errorf("bad AOF manifest %s: it names no files", name)
	}
	if err := m.checkHistory(); err != nil {
		return m, fmt.Errorf("bad AOF manifest %s: %w", name, err)
	}
	return m, nil
}

// errLine says what a line should be.
var errLine = errors.New("it should read: file NAME seq NUMBER type b, i or h")

// addLine adds what a line says.
func (m *manifest) addLine(line string) error {
	switch {
	case !strings.HasSuffix(line, "\n"):
		return errors.New("the line is torn: it has no end")
	case line[0] == '#':
		return nil
	}
	p, kind, err := splitLine(line)
	if err != nil {
		return err
	}
	named, seq := m.kindByName(p.name)
	switch {
	case m.names(p.name):
		return fmt.Errorf("%s is named already", p.name)
	case named != "" && (seq != p.seq || kind != named && kind != "h"):
		return fmt.Errorf("by its name %s has seq %d and type %s", p.name, seq, named)
	case kind == "b" && m.base.name != "":
		return fmt.Errorf("there is a base file already: %s", m.base.name)
	case kind == "b":
		m.base, m.lastBase = p, p.seq
	case kind != "h" && kind != "i":
		return fmt.Errorf("type %q is none of b, i and h", kind)
	case m.base.name == "":
		return errors.New("the base file (type b) comes first")
	case kind == "h" && len(m.incrs) > 0:
		return errors.New("history (type h) comes before the incremental files (type i)")
	case kind == "h" && named == "b" && p.seq >= m.base.seq:
		return fmt.Errorf("%s is not older than the base %s: it cannot be history", p.name, m.base.name)
	case kind == "h":
		m.history = append(m.history, p)
	case len(m.incrs) == 0:
		m.incrs, m.lastIncr = append(m.incrs, p), p.seq
		return m.checkHistory()
	case p.seq <= m.lastIncr:
		return fmt.Errorf("seq %d does not come after %d", p.seq, m.lastIncr)
	case p.seq > m.lastIncr+1:
		return fmt.Errorf("seq %d does not follow on %d: a file between them is not named", p.seq, m.lastIncr)
	default:
		m.incrs, m.lastIncr = append(m.incrs, p), p.seq
	}
	return nil
}

// splitLine takes a line apart.
func splitLine(line string) (p part, kind string, err error) {
	words, ok := resp.SplitWords([]byte(line), nil)
	if !ok || len(words) < 6 || len(words)%2 != 0 {
		return p, "", errLine
	}
	seen := make(map[string]bool)
	for i := 0; i < len(words); i += 2 {
		key, value := strings.ToLower(string(words[i])), string(words[i+1])
		if seen[key] {
			return p, "", fmt.Errorf("%q stands there twice", key)
		}
		seen[key] = true
		switch key {
		case "file":
			if strings.Contains(value, "/") {
				return p, "", errors.New("a file can't be a path, just a filename")
			}
			p.name = value
		case "seq":
			if p.seq, err = strconv.ParseInt(value, 10, 62); err != nil {
				return p, "", errLine
			}
		case "type":
			kind = value
		}
	}
	if p.name == "" || p.seq <= 0 || kind == "" {
		return p, "", errLine
	}
	return p, kind, nil
}

// kindByName is the type and the number that a part's name says: "" if it does not.
// The file that was the whole log before Redis 7 is a base, the first one.
func (m manifest) kindByName(name string) (kind string, seq int64) {
	if name == m.prefix {
		return "b", 1
	}
	rest, ok := strings.CutPrefix(name, m.prefix+".")
	number, rest, _ := strings.Cut(rest, ".")
	seq, err := strconv.ParseInt(number, 10, 62)
	if !ok || err != nil || strconv.FormatInt(seq, 10) != number {
		return "", 0
	}
	switch rest {
	case "base.aof", "base.rdb":
		return "b", seq
	case "incr.aof":
		return "i", seq
	}
	return "", 0
}

// names reports whether the manifest names a file. Its own name counts.
func (m manifest) names(name string) bool {
	is := func(p part) bool { return p.name == name }
	return name == m.base.name || name == manifestName(m.prefix) || slices.ContainsFunc(m.incrs, is) || slices.ContainsFunc(m.history, is)
}

// checkHistory is an error if the history cannot be what a rewrite left: the
// incremental files that it replaced, all older than those that are needed, and
// behind them the base. An i that became an h has no base behind it.
func (m manifest) checkHistory() error {
	for i, p := range m.history {
		kind, _ := m.kindByName(p.name)
		switch last := i == len(m.history)-1; {
		case last && (kind == "i" || p.seq >= m.base.seq):
			return fmt.Errorf("the history must end with the base that %s replaced, and ends with %s", m.base.name, p.name)
		case kind == "i" && len(m.incrs) > 0 && p.seq >= m.incrs[0].seq:
			return fmt.Errorf("%s is not older than %s: it cannot be history", p.name, m.incrs[0].name)
		}
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
