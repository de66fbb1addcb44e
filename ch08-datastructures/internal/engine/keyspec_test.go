package engine

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysOf_FindsThoseOfAllSpecs(t *testing.T) {
	for _, tc := range []struct {
		specs         []KeySpec
		request, want string
	}{
		{nil, "ping a", ""},
		{[]KeySpec{{First: 1, Last: 1, Step: 1}}, "get a b", "a"},
		{[]KeySpec{{First: 1, Last: -1, Step: 1}}, "del a b c", "a b c"},
		{[]KeySpec{{First: 1, Last: -1, Step: 2}}, "mset a 1 b 2", "a b"},
		{[]KeySpec{{First: 1, Last: -2, Step: 1}}, "blpop a b 0", "a b"},
		{[]KeySpec{{First: 1, Last: 1, Step: 1}, {First: 2, Last: 2, Step: 1}}, "lmove a b left left", "a b"},
	} {
		row := Row{Keys: tc.specs}
		keys := row.KeysOf(bytes.Fields([]byte(tc.request)))
		require.Equal(t, tc.want, string(bytes.Join(keys, []byte(" "))), tc.request)
	}
}

func TestKeyFlags_HaveRedisNames(t *testing.T) {
	require.Equal(t, []string{"RW", "access", "variable_flags"}, (KeyRW | KeyAccess | KeyVariableFlags).Names())
	require.Equal(t, len(keyFlagNames), bitsOf(KeyVariableFlags))
}
