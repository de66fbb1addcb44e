package cases

import (
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
)

func TestAll_RowsAreWhole(t *testing.T) {
	chapterOf := map[string]int{}
	for _, l := range chapters.Lessons {
		chapterOf[l.Title] = l.Chapter
	}
	seen := map[string]bool{}
	for _, c := range All() {
		require.NotEmpty(t, c.Name)
		require.NotContains(t, c.Name, "/", "a slash would make a subtest of its own")
		require.False(t, seen[c.Name], "two cases are called %q", c.Name)
		seen[c.Name] = true
		require.Contains(t, chapterOf, c.Lesson, "the lesson of %q", c.Name)
		require.GreaterOrEqual(t, c.From, chapterOf[c.Lesson], "%q starts before its lesson", c.Name)
		require.True(t, c.Until == 0 || c.Until >= c.From, "%q ends before it starts", c.Name)
		require.NotNil(t, c.Run, c.Name)
		require.Equal(t, c.Core, c.Means != "", "a core case says what it means: %q", c.Name)
	}
}

func TestNumbered_HasNoTwoLinesAlike(t *testing.T) {
	require.Equal(t, "000000000000000\n000000000000001\n00", numbered(34))
	require.Equal(t, "000000000000010\n", numbered(176)[160:])
}
