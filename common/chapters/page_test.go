package chapters

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// oldCode and newCode differ in every way a page must show.
const (
	oldCode = "package main\n\nfunc movedToTheEndOfTheFile() {}\n\nfunc a() {\n\treturn 1 < 2\n}\n" +
		"\n// one\n// two\n// three\n// four\n// five\n// six\n// seven\n// eight\n// nine\n// ten\n// eleven\n// twelve\n\nfunc gone() {}\n"
	newCode = "package main\n\nfunc a() {\n\treturn 1 > 2\n\treturn \"</script>\"\n}\n" +
		"\n// one\n// two\n// three\n// four\n// five\n// six\n// seven\n// eight\n// nine\n// ten\n// eleven\n// twelve\n"
)

func pageOf(t *testing.T) string {
	t.Helper()
	r := newRepository(t, map[string]string{
		"ch01-a/README.md": "# One\n", "ch01-a/main.go": oldCode, "ch01-a/other.go": "package main\n",
		"ch02-b/README.md": "# Two\n\n## What changed since chapter 1\n\n- `main.go`: the reason.\n",
		"ch02-b/main.go":   newCode,
		"ch02-b/other.go":  "// other.go: others.\n\npackage main\n\nfunc movedToTheEndOfTheFile() {}\n",
		"ch02-b/x_test.go": "package main\n",
	})
	d, err := Compare(r.chapter(1), r.chapter(2), "")
	require.NoError(t, err)
	page, err := d.Page()
	require.NoError(t, err)
	return string(page)
}

func TestPage_PutsBothSidesBesideEachOther(t *testing.T) {
	is := make([]string, 0, 20)
	for _, line := range rows(coloured("a", []byte("one\ntwo\nthree\n")), coloured("a", []byte("one\n2\n2b\nthree\n")), []hunk{{2, 1, 2, 2}}) {
		is = append(is, string(line.Left.Code)+"|"+line.Left.Kind+"|"+string(line.Right.Code)+"|"+line.Right.Kind)
	}
	require.Equal(t, []string{"one||one|", "two|del|2|add", "||2b|add", "three||three|"}, is)
}

func TestPage_LeavesOutLongRunsThatAreAlike(t *testing.T) {
	text := []byte(strings.Repeat("x\n", 100))
	all := rows(coloured("a", append([]byte("old\n"), text...)), coloured("a", append([]byte("new\n"), text...)), []hunk{{1, 1, 1, 1}})
	require.Len(t, all, 1+around+1)
	require.Equal(t, 100-around, all[len(all)-1].Gap)
}

func TestPage_ShowsReasonsColoursAndWhatWasMoved(t *testing.T) {
	page := pageOf(t)
	require.Contains(t, page, `<p class="why">the reason</p>`)
	require.Contains(t, page, `<span class="kd">func</span>`)
	require.Regexp(t, `<td class="del moved">.*movedToTheEndOfTheFile`, page)
	require.Regexp(t, `<td class="add moved">.*movedToTheEndOfTheFile`, page)
	require.NotContains(t, page, `"</script>"`)
	require.NotRegexp(t, `(src|href)="(https?:)?//`, page, "it fetches nothing")
}

// TestPage_InABrowser opens the page and uses it as a reader does.
func TestPage_InABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			browser = found
			break
		}
	}
	if browser == "" {
		t.Skip("there is no browser here (Debian: apt-get install chromium)")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, []byte(pageOf(t)), 0o600))
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()

	text := func(expression string) string {
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
		require.NoError(t, err, expression)
		return s
	}
	press := func(key string) {
		_, err := chromedp.Run(ctx, chromedp.KeyEvent(key))
		require.NoError(t, err)
	}
	const (
		here  = `document.querySelector("section.here h2").textContent`
		theme = `document.documentElement.dataset.theme`
		tests = `String(document.querySelector("section.test").offsetParent !== null)`
	)
	_, err := chromedp.Run(ctx, chromedp.Navigate("file://"+file))
	require.NoError(t, err)
	require.Equal(t, "main.go", text(`document.querySelector("nav li a").textContent`))
	press("j")
	require.Contains(t, text(here), "main.go")
	press("j")
	require.Contains(t, text(here), "other.go")
	press("k")
	require.Contains(t, text(here), "main.go")

	before := text(theme)
	press("d")
	require.NotEqual(t, before, text(theme))

	require.Equal(t, "false", text(tests))
	press("t")
	require.Equal(t, "true", text(tests))

	colour := text(`getComputedStyle(document.querySelector("td.add .kd, td.del .kd")).color`)
	require.NotEqual(t, text(`getComputedStyle(document.body).color`), colour, "code has colours")
}
