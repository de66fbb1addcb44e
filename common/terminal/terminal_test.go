package terminal

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIs_APipeAndABufferAreNone(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	require.False(t, Is(w))
	require.False(t, Is(&bytes.Buffer{}))
	require.False(t, Colours(w))
}

func TestProgress_WritesNothingWhereNobodySeesIt(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out)
	p.Show("half")
	p.Clear()
	require.Empty(t, out.String())
}

func TestProgress_IsOneLineThatFitsAndIsTakenAway(t *testing.T) {
	var out bytes.Buffer
	p := &Progress{w: &out}
	p.Show("%s", strings.Repeat("long ", 40))
	p.Show("too soon after")
	require.NotContains(t, out.String(), "too soon")
	require.NotContains(t, out.String(), "\n")
	require.Less(t, len(strings.Trim(out.String(), "\r")), Columns)
	out.Reset()
	p.Clear()
	require.Equal(t, "\r"+strings.Repeat(" ", Columns-1)+"\r", out.String())
	out.Reset()
	p.Clear()
	require.Empty(t, out.String(), "nothing stands there any more")
}

func TestWrap_CountsCharactersNotBytes(t *testing.T) {
	require.Equal(t, "  größer\n  größer", Wrap("größer größer", "  ", 14))
	require.Equal(t, "  größer größer", Wrap("größer größer", "  ", 15))
}
