package resp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppendQuoted_WritesAsRedisDoes(t *testing.T) {
	for word, want := range map[string]string{
		"":                 `""`,
		"plain":            `"plain"`,
		"a b":              `"a b"`,
		"\"'\\":            `"\"'\\"`,
		"\n\r\t\a\b":       `"\n\r\t\a\b"`,
		"\v\f\x00\x7f\x1b": `"\x0b\x0c\x00\x7f\x1b"`,
		"\u200b\u00a0":     `"\xe2\x80\x8b\xc2\xa0"`,
		"\xff":             `"\xff"`,
	} {
		require.Equal(t, want, string(AppendQuoted(nil, word)))
	}
}

func FuzzAppendQuoted(f *testing.F) {
	for _, word := range []string{"", "a b", "\"", "'", "\\x41", "\x00\xff", "\u200b", "#"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		words, ok := SplitWords(AppendQuoted(nil, word), nil)
		require.True(t, ok)
		require.Equal(t, [][]byte{[]byte(word)}, words)
		if !NeedsQuotes(word) {
			words, ok = SplitWords([]byte(word), nil)
			require.True(t, ok)
			require.Equal(t, [][]byte{[]byte(word)}, words)
		}
	})
}
