package engine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReply_IsWrittenAsTheProtocolHasIt(t *testing.T) {
	for name, tc := range map[string]struct {
		reply        func(*Client)
		resp2, resp3 string
	}{
		"null":       {(*Client).ReplyNull, "$-1\r\n", "_\r\n"},
		"null array": {(*Client).ReplyNullArray, "*-1\r\n", "_\r\n"},
		"map":        {func(c *Client) { c.ReplyMapLen(2) }, "*4\r\n", "%2\r\n"},
		"set":        {func(c *Client) { c.ReplySetLen(2) }, "*2\r\n", "~2\r\n"},
		"push":       {func(c *Client) { c.ReplyPushLen(2) }, "*2\r\n", ">2\r\n"},
		"pairs":      {func(c *Client) { c.ReplyPairsLen(1); c.ReplyPair() }, "*2\r\n", "*1\r\n*2\r\n"},
		"double":     {func(c *Client) { c.ReplyDouble(0.1) }, "$19\r\n0.10000000000000001\r\n", ",0.10000000000000001\r\n"},
		"infinity":   {func(c *Client) { c.ReplyDouble(math.Inf(-1)) }, "$4\r\n-inf\r\n", ",-inf\r\n"},
		"readable":   {func(c *Client) { c.ReplyReadable(1e17) }, "$18\r\n100000000000000000\r\n", ",100000000000000000\r\n"},
		"true":       {func(c *Client) { c.ReplyBool(true) }, ":1\r\n", "#t\r\n"},
		"false":      {func(c *Client) { c.ReplyBool(false) }, ":0\r\n", "#f\r\n"},
		"big number": {func(c *Client) { c.ReplyBigNumber("123") }, "$3\r\n123\r\n", "(123\r\n"},
		"text":       {func(c *Client) { c.ReplyVerbatim([]byte("a\n")) }, "$2\r\na\n\r\n", "=6\r\ntxt:a\n\r\n"},
		"later map":  {func(c *Client) { at := c.BeginArray(); c.ReplyInt(1); c.ReplyInt(2); c.EndMap(at, 1) }, "*2\r\n:1\r\n:2\r\n", "%1\r\n:1\r\n:2\r\n"},
		"later set":  {func(c *Client) { at := c.BeginArray(); c.ReplyInt(1); c.EndSet(at, 1) }, "*1\r\n:1\r\n", "~1\r\n:1\r\n"},
	} {
		for protocol, want := range map[int]string{2: tc.resp2, 3: tc.resp3} {
			c := &Client{Protocol: protocol}
			tc.reply(c)
			require.Equal(t, want, string(c.Reply), "%s in RESP%d", name, protocol)
		}
	}
}
