package resp

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppend_WritesTheWireFormat(t *testing.T) {
	for _, tc := range []struct{ got, want []byte }{
		{AppendSimple(nil, "OK"), []byte("+OK\r\n")},
		{AppendError(nil, "ERR a\r\nb\n\r\n"), []byte("-ERR a  b\r\n")},
		{AppendInt(nil, math.MinInt64), []byte(":-9223372036854775808\r\n")},
		{AppendBulk(nil, "a\r\n"), []byte("$3\r\na\r\n\r\n")},
		{AppendBulk(nil, []byte{}), []byte("$0\r\n\r\n")},
		{AppendArray(nil, 2), []byte("*2\r\n")},
		{AppendNull(nil), []byte("$-1\r\n")},
		{AppendInt([]byte("before"), 1), []byte("before:1\r\n")},
	} {
		require.Equal(t, string(tc.want), string(tc.got))
	}
}

func TestAppendInt_WritesEveryNumberAsStrconvDoes(t *testing.T) {
	for n := int64(-1100); n < 11_000; n++ {
		require.Equal(t, ":"+strconv.FormatInt(n, 10)+"\r\n", string(AppendInt(nil, n)))
	}
}
