package museum_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
	"redis-internals/common/museum"
)

// whole is an exhibit's README; changes are pairs of what stands there and what stands instead.
func whole(changes ...string) string {
	text := `---
title: 'One: two'
chapter: 2
lesson: Many clients
answer: b
third: ch01
args: ["--maxclients", "3"]
core:
  a case: came "+PONG\r\n"
  "another: case": silence
may:
  - a third
full:
  - a fourth
---
# One: two

Story.

` + "```" + `
# no heading
` + "```" + `

## Predict

` + "```bash" + `
echo $PORT
` + "```" + `

### a

` + "```" + `
### 1

2
` + "```" + `

### b

` + "```" + `
` + "```" + `

### c

` + "```" + `
3
` + "```" + `

## What happens

This.

## The fix

That.

## In Redis

There.
`
	return strings.NewReplacer(changes...).Replace(text)
}

func write(t *testing.T, folder, readme string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), museum.Folder, folder)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README.md"), []byte(readme), 0o644))
	return dir
}

func TestRead_UnderstandsAllParts(t *testing.T) {
	x, err := museum.Read(write(t, "07-a-name", whole()))
	require.NoError(t, err)
	require.NoError(t, x.Whole())
	require.Equal(t, 7, x.Number)
	require.Equal(t, "a-name", x.Name)
	require.Equal(t, museum.Failures{{Case: "a case", Symptom: `came "+PONG\r\n"`}, {Case: "another: case", Symptom: "silence"}}, x.Core)
	require.Equal(t, []string{"a third"}, x.May)
	require.Equal(t, "Story.\n\n```\n# no heading\n```", x.Story)
	require.Equal(t, "echo $PORT\n", x.Script)
	require.Equal(t, map[string]string{"a": "### 1\n\n2\n", "b": "", "c": "3\n"}, x.Answers)
	require.Equal(t, "There.", x.InRedis)
}

// What a tool writes into a README it reads back, and leaves the rest as it was.
func TestWrite_ChangesWhatIsRecordedAndNothingElse(t *testing.T) {
	dir := write(t, "07-a-name", whole())
	x, err := museum.Read(dir)
	require.NoError(t, err)
	x.Core = museum.Failures{{Case: `of "quotes" and #: signs`, Symptom: `came "\x00"`}}
	x.Answers["b"] = "four\n"
	require.NoError(t, x.Write())
	again, err := museum.Read(dir)
	require.NoError(t, err)
	require.Equal(t, x.Card, again.Card)
	require.Equal(t, x.Answers, again.Answers)
	require.Equal(t, x.Story, again.Story)
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	require.NoError(t, err)
	require.NoError(t, again.Write())
	twice, err := os.ReadFile(filepath.Join(dir, "README.md"))
	require.NoError(t, err)
	require.Equal(t, string(text), string(twice))
}

func TestRead_SaysWhatIsMissing(t *testing.T) {
	for _, row := range []struct{ folder, readme, says string }{
		{"7-a-name", whole(), "a folder's name is two digits and a name"},
		{"07-a-name", "# One\n", "begins with front matter"},
		{"07-a-name", whole("title:", "titel:"), "titel"},
		{"07-a-name", whole("Many clients", "Few clients"), `no lesson "Few clients"`},
		{"07-a-name", whole("Many clients", "Transactions"), "chapter 2 comes before the lesson"},
		{"07-a-name", whole("answer: b", "answer: d"), "its answer is a, b or c"},
		{"07-a-name", whole("There.\n", ""), "lacks its In Redis"},
		{"07-a-name", whole("echo $PORT\n", ""), "lacks its script"},
		{"07-a-name", whole("## The fix", "## The cure"), `has a heading "## The cure"`},
	} {
		_, err := museum.Read(write(t, row.folder, row.readme))
		require.ErrorContains(t, err, row.says)
	}
}

func TestWhole_AsksForThreeDifferentAnswersAndACase(t *testing.T) {
	for _, row := range []struct{ readme, says string }{
		{whole("### c\n\n```\n3\n```\n", ""), "answer c is not there"},
		{whole("### 1\n\n2\n", "3\n"), "answers a and c are the same"},
		{whole("core:\n  a case: came \"+PONG\\r\\n\"\n  \"another: case\": silence\n", "core: {}\n", "full:\n  - a fourth\n", ""), "names no case"},
	} {
		x, err := museum.Read(write(t, "07-a-name", row.readme))
		require.NoError(t, err)
		require.ErrorContains(t, x.Whole(), row.says)
	}
}

func TestFind_TakesNumbersAndNames(t *testing.T) {
	m := open(t)
	for _, s := range []string{"5", "05", "partial-argument", "05-partial-argument"} {
		x, err := m.Find(s)
		require.NoError(t, err)
		require.Equal(t, 5, x.Number)
	}
	_, err := m.Find("0")
	require.ErrorContains(t, err, `no exhibit "0"; there are `)
	_, err = museum.Museum{}.Find("1")
	require.ErrorContains(t, err, "the museum is empty")
}

// A patch may change one chapter's code, and no more.
func TestApply_RefusesWhatIsNoMistakeInAChapter(t *testing.T) {
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	patch := func(file string) string {
		return "--- a/" + file + "\n+++ b/" + file + "\n@@ -1 +1 @@\n-this stands in no file\n+nor this\n"
	}
	for _, row := range []struct{ patch, says string }{
		{"", "changes no file"},
		{patch("ch01-echo/main.go"), "ch02-resp-eventloop's code is all that it may change"},
		{patch("ch02-resp-eventloop/README.md"), "is all that it may change"},
		{patch("ch02-resp-eventloop/main_test.go"), "is all that it may change"},
		{patch("ch02-resp-eventloop/nosuch.go"), "no such file"},
		{patch("ch02-resp-eventloop/main.go"), "does not fit ch02-resp-eventloop any more"},
	} {
		x, err := museum.Read(write(t, "07-a-name", whole()))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(x.Dir, "bug.patch"), []byte(row.patch), 0o644))
		_, _, err = x.Apply(list)
		require.ErrorContains(t, err, row.says)
	}
}

// asked puts a script to a chapter's server.
func asked(t *testing.T, chapter int, script string, args ...string) string {
	t.Helper()
	m := open(t)
	x := museum.Exhibit{Script: script, Card: museum.Card{Chapter: chapter, Args: args}}
	start, err := m.Sound(x)
	require.NoError(t, err)
	out, err := x.Ask(start)
	require.NoError(t, err)
	return out
}

func TestAsk_FindsTheServerAndMakesOutputComparable(t *testing.T) {
	require.Equal(t, "port 6379\n\\x00\\xff caf\u00e9\nno end\n",
		asked(t, 1, `printf 'port %s \r\n\0\377 caf\303\251\nno end' $PORT; exit 3`))
	require.Equal(t, "hello\n", asked(t, 1, `exec 5<>/dev/tcp/127.0.0.1/$PORT; echo hello >&5; head -n1 <&5`))
	require.Equal(t, "same\n", asked(t, 1, `[ "$PWD" = "$DIR" ] && echo same`))
	require.Empty(t, asked(t, 1, `sleep 100 & exit`), "what it leaves behind is ended")
}

func TestAsk_RestartsOnTheSamePortAndFolder(t *testing.T) {
	const script = `say() { exec 5<>/dev/tcp/127.0.0.1/$PORT; printf "$1\r\n" >&5; head -n1 <&5; exec 5>&-; }
say 'INCR n'; restart && say 'INCR n'; restart -9 && say 'INCR n'`
	require.Equal(t, ":1\n:2\n:3\n", asked(t, 5, script, "--appendonly", "yes"))
	require.Equal(t, ":1\n:1\n:1\n", asked(t, 5, script))
}

// A lesson is also what can go wrong with it.
func TestMuseum_HasAnExhibitOfEachLesson(t *testing.T) {
	of := map[string]int{}
	for _, x := range open(t).Exhibits {
		of[x.Lesson]++
	}
	for _, l := range chapters.Lessons {
		require.NotZero(t, of[l.Title], "an exhibit of %q", l.Title)
	}
}
