package resp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInline_SplitsWordsAsRedisDoes(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []string
	}{
		{`PING`, []string{"PING"}},
		{"  SET \t k   v ", []string{"SET", "k", "v"}},
		{`ECHO "a b"`, []string{"ECHO", "a b"}},
		{`ECHO ""`, []string{"ECHO", ""}},
		{`ECHO ''`, []string{"ECHO", ""}},
		{`ECHO "\x41\x6a\xFF\n\r\t\b\a\q\"\\"`, []string{"ECHO", "Aj\xff\n\r\t\b\aq\"\\"}},
		{`ECHO "\x4"`, []string{"ECHO", "x4"}},
		{`ECHO "\xzz"`, []string{"ECHO", "xzz"}},
		{`ECHO 'a\'b\n"'`, []string{"ECHO", `a'b\n"`}},
		{`ECHO a\nb`, []string{"ECHO", `a\nb`}},
		{`EC"HO" x`, []string{"ECHO", "x"}},
		{"ECHO a\x00b", []string{"ECHO", "a\x00b"}},
		{"\vPING", []string{"PING"}},
		{"PING\vx", []string{"PING\vx"}},
		{"\"a\"\vb", []string{"a", "b"}},
		{``, []string{}},
	} {
		got, ok := SplitWords([]byte(tc.line), nil)
		require.True(t, ok, "%q", tc.line)
		words := []string{}
		for _, w := range got {
			words = append(words, string(w))
		}
		require.Equal(t, tc.want, words, "%q", tc.line)
	}
}

func TestInline_RefusesUnbalancedQuotes(t *testing.T) {
	for _, line := range []string{`"`, `'`, `ECHO "a`, `ECHO 'a`, `ECHO "a"b`, `ECHO 'a'b`, `ECHO "a\"`, `ECHO "a\`, `"a""b"`} {
		_, ok := SplitWords([]byte(line), nil)
		require.False(t, ok, "%q", line)
	}
}
