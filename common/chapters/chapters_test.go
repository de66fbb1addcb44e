package chapters

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse_TakesAChapterAsPeopleTypeIt(t *testing.T) {
	list := []Chapter{{Number: 1, Name: "ch01-echo"}, {Number: 2, Name: "ch02-resp"}}
	for _, typed := range []string{"2", "02", "ch02", "ch2", "ch02-resp"} {
		c, err := Parse(list, typed)
		require.NoError(t, err, typed)
		require.Equal(t, 2, c.Number, typed)
	}
	for _, typed := range []string{"", "0", "3", "resp", "ch02-echo"} {
		_, err := Parse(list, typed)
		require.ErrorContains(t, err, "there are 01 to 02", typed)
	}
}

func TestList_RefusesAGapInTheRow(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"ch01-a", "ch03-c"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, name), 0o755))
	}
	_, err := List(root)
	require.ErrorContains(t, err, "ch03-c stands where chapter 2 should")
}
