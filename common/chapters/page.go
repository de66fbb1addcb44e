// page.go: a diff as one page for a browser: side by side, in colours, in reading order.
//
//	git diff --unified=0 ─▶ hunks ─▶ rows of two cells ─▶ chroma colours each side ─▶ page.html
//
//	old  41 │ func (s *Set) Add(   │ new  44 │ func (s *Set) Add(      a row: both sides,
//	        │                      │      45 │     if s.full() {       or one
//
// Nothing is fetched: style and script are in the page. Lines that were moved are marked on
// both sides. Colours are those of chroma, a highlighter that other generators of pages use.

package chapters

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// browserPage is what the template shows.
type browserPage struct {
	Title, From, To string
	Light, Dark     template.CSS
	Files           []pageFile
	Minutes         int
}

// pageFile is one changed file.
type pageFile struct {
	Path, Was, Kind, Why, About string
	Added, Removed              int
	Test, Binary                bool
	Rows                        []row
}

// row is one line of both sides, or of one; or a gap, which stands for lines that are alike.
type row struct {
	Left, Right cell
	Gap         int // lines left out; then there is nothing else
}

// cell is one side of a row.
type cell struct {
	Number int // 0: nothing is here
	Code   template.HTML
	Kind   string // "", "del", "add", and " moved" behind those
}

// around is how many lines are shown before and after a change.
const around = 4

// Page writes the comparison as a page of HTML. README and go.sum are left out.
func (d Diff) Page() ([]byte, error) {
	p := browserPage{
		Title: d.To.Name + " against " + d.From.Name, From: d.From.Name, To: d.To.Name,
		Light: stylesheet("github"), Dark: stylesheet("github-dark"),
	}
	moved, lines := d.movedLines(), 0
	hunks, err := d.hunks()
	if err != nil {
		return nil, err
	}
	for _, c := range d.Changes {
		if c.Path() == "go.sum" || c.Path() == readme && d.File != readme {
			continue
		}
		f := pageFile{
			Path: c.Path(), Kind: c.Kind(), Why: strings.TrimSuffix(c.Why, "."), Added: c.Added, Removed: c.Removed,
			Test: isTest(c.Path()), About: d.new[c.New].headline(c.New),
		}
		if c.Kind() == "renamed" {
			f.Was = c.Old
		}
		was, is := d.old[c.Old].data, d.new[c.New].data
		if f.Binary = bytes.IndexByte(was, 0) >= 0 || bytes.IndexByte(is, 0) >= 0; !f.Binary {
			f.Rows = rows(coloured(c.Path(), was), coloured(c.Path(), is), hunks[c.Path()])
			mark(f.Rows, c, moved)
		}
		if !f.Test {
			lines += c.Added + c.Removed
		}
		p.Files = append(p.Files, f)
	}
	p.Minutes = max(1, lines/pace)
	var b bytes.Buffer
	err = pageTemplate.Execute(&b, p)
	return b.Bytes(), err
}

// hunk is lines of one side that stand in the place of lines of the other; from 1.
type hunk struct{ oldAt, oldLen, newAt, newLen int }

var hunkHead = regexp.MustCompile(`(?m)^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// hunks asks git where each file differs, by its path.
func (d Diff) hunks() (map[string][]hunk, error) {
	all := func(string) bool { return true }
	out, err := d.git(nil, all, all, "--unified=0", "--no-color")
	if err != nil {
		return nil, err
	}
	byHead := map[string]string{}
	for _, c := range d.Changes {
		byHead[d.head(c)] = c.Path()
	}
	found := map[string][]hunk{}
	name := ""
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "diff --git ") {
			name = byHead[strings.TrimSuffix(line, "\n")]
		}
		if m := hunkHead.FindStringSubmatch(line); m != nil {
			number := func(s string, otherwise int) int {
				if s == "" {
					return otherwise
				}
				n, _ := strconv.Atoi(s) // the pattern has digits only
				return n
			}
			h := hunk{number(m[1], 0), number(m[2], 1), number(m[3], 0), number(m[4], 1)}
			// Of no lines git names the one before them.
			if h.oldLen == 0 {
				h.oldAt++
			}
			if h.newLen == 0 {
				h.newAt++
			}
			found[name] = append(found[name], h)
		}
	}
	return found, nil
}

// rows puts both sides beside each other, with some lines around each change.
func rows(was, is []template.HTML, hunks []hunk) (all []row) {
	oldAt, newAt := 1, 1
	alike := func(n, before, after int) { // n lines, of which the first and the last ones are shown
		hidden := max(0, n-before-after)
		if hidden < 3 { // a gap would save nothing
			hidden, before = 0, n
		}
		for i := range n {
			switch {
			case i == before && hidden > 0:
				all = append(all, row{Gap: hidden})
			case i > before && i < before+hidden:
			default:
				all = append(all, row{Left: cell{Number: oldAt + i, Code: was[oldAt+i-1]}, Right: cell{Number: newAt + i, Code: is[newAt+i-1]}})
			}
		}
		oldAt, newAt = oldAt+n, newAt+n
	}
	before := 0
	for _, h := range hunks {
		alike(h.oldAt-oldAt, before, around)
		for i := range max(h.oldLen, h.newLen) {
			var r row
			if i < h.oldLen {
				r.Left = cell{oldAt + i, was[oldAt+i-1], "del"}
			}
			if i < h.newLen {
				r.Right = cell{newAt + i, is[newAt+i-1], "add"}
			}
			all = append(all, r)
		}
		oldAt, newAt = oldAt+h.oldLen, newAt+h.newLen
		before = around
	}
	if len(hunks) > 0 {
		alike(len(was)-oldAt+1, before, 0)
	}
	return all
}

// coloured is a file's lines as HTML.
func coloured(name string, data []byte) (lines []template.HTML) {
	text := strings.TrimSuffix(string(data), "\n")
	if len(data) == 0 {
		return nil
	}
	lexer := lexers.Match(path.Base(name))
	if lexer == nil {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, text+"\n")
	if err != nil { // then without colours
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, template.HTML(template.HTMLEscapeString(line)))
		}
		return lines
	}
	for _, line := range chroma.SplitTokensIntoLines(tokens.Tokens()) {
		var b strings.Builder
		for _, t := range line {
			code := template.HTMLEscapeString(strings.TrimSuffix(t.Value, "\n"))
			if class := classOf(t.Type); class != "" && code != "" {
				code = `<span class="` + class + `">` + code + "</span>"
			}
			b.WriteString(code)
		}
		lines = append(lines, template.HTML(b.String()))
	}
	if n := strings.Count(text, "\n") + 1; len(lines) > n {
		lines = lines[:n]
	}
	return lines
}

// classOf is the style of a token, as stylesheet names it.
func classOf(t chroma.TokenType) string {
	for ; t != 0; t = t.Parent() {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
	}
	return ""
}

// stylesheet is a style of chroma, for the classes of classOf.
func stylesheet(name string) template.CSS {
	var b bytes.Buffer
	_ = html.New(html.WithClasses(true)).WriteCSS(&b, styles.Get(name)) // a buffer takes all
	rule := regexp.MustCompile(`(?m)^(?:/\*.*?\*/ *)?\.chroma (\.[a-z0-9]+ \{.*\})$`)
	var kept []string
	for _, m := range rule.FindAllStringSubmatch(b.String(), -1) {
		kept = append(kept, m[1])
	}
	return template.CSS(strings.Join(kept, "\n"))
}

// movedLines are runs of lines that are taken away in one place and come again in another:
// each line of one, without the space around it. As git's --color-moved a run must hold at
// least so many letters and digits; a closing brace is moved everywhere.
func (d Diff) movedLines() map[string]bool {
	taken, came := map[string]bool{}, map[string]bool{}
	for _, c := range d.Changes {
		if path.Ext(c.Path()) != ".go" {
			continue
		}
		old, new := lineSet(d.old[c.Old].data), lineSet(d.new[c.New].data)
		for l := range old {
			if !new[l] {
				taken[l] = true
			}
		}
		for l := range new {
			if !old[l] {
				came[l] = true
			}
		}
	}
	moved := map[string]bool{}
	for l := range taken {
		if came[l] && alphanumeric(l) >= 20 {
			moved[l] = true
		}
	}
	return moved
}

func lineSet(data []byte) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		set[strings.TrimSpace(line)] = true
	}
	return set
}

func alphanumeric(s string) (n int) {
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			n++
		}
	}
	return n
}

var tags = regexp.MustCompile(`<[^>]*>`)

// mark marks the cells that were moved.
func mark(rows []row, c Change, moved map[string]bool) {
	if path.Ext(c.Path()) != ".go" {
		return
	}
	unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&")
	for i := range rows {
		for _, side := range []*cell{&rows[i].Left, &rows[i].Right} {
			if side.Kind == "" {
				continue
			}
			text := unescape.Replace(tags.ReplaceAllString(string(side.Code), ""))
			if moved[strings.TrimSpace(text)] {
				side.Kind += " moved"
			}
		}
	}
}

// Summary says in a line what a page holds.
func (d Diff) Summary() string {
	n := len(slices.DeleteFunc(slices.Clone(d.Changes), func(c Change) bool { return c.Path() == "go.sum" || c.Path() == readme }))
	return fmt.Sprintf("%s against %s, %s", d.To.Name, d.From.Name, plural(n, "file"))
}
