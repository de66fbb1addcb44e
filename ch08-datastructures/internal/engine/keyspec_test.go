package engine

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppendKeys_FindsThoseOfAllSpecs(t *testing.T) {
	range1 := func(first, last, step int) KeySpec { return KeySpec{First: first, Last: last, Step: step} }
	counted := []KeySpec{range1(1, 1, 1), {First: 2, Counted: true, Step: 1}}
	for _, tc := range []struct {
		specs         []KeySpec
		request, want string
	}{
		{nil, "ping a", ""},
		{[]KeySpec{range1(1, 1, 1)}, "get a b", "a"},
		{[]KeySpec{range1(1, -1, 1)}, "del a b c", "a b c"},
		{[]KeySpec{range1(1, -1, 2)}, "mset a 1 b 2", "a b"},
		{[]KeySpec{range1(1, -2, 1)}, "blpop a b 0", "a b"},
		{[]KeySpec{range1(1, 1, 1), range1(2, 2, 1)}, "lmove a b left left", "a b"},
		{[]KeySpec{range1(1, 1, 1), range1(2, -1, 1)}, "pfmerge d", ""},
		{counted, "zunionstore d 2 a b weights", "d a b"},
		{counted, "zunionstore d 3 a b", ""},
		{counted, "zunionstore d 0 a b", ""},
		{counted, "zunionstore d x a b", ""},
		{[]KeySpec{{Keyword: "STORE", First: 2, Step: 1}}, "georadius store x store a store b", "a"},
		{[]KeySpec{{Keyword: "STORE", First: 2, Step: 1}}, "georadius k x store", ""},
		{[]KeySpec{{Unknown: true, Step: 1}, {Unknown: true, Step: 1, Place: func([][]byte) int { return 2 }}}, "sort a b", "b"},
	} {
		row := Row{Keys: tc.specs}
		request := bytes.Fields([]byte(tc.request))
		found, _ := row.AppendKeys(nil, request)
		var keys [][]byte
		for _, key := range found {
			keys = append(keys, request[key.At])
		}
		require.Equal(t, tc.want, string(bytes.Join(keys, []byte(" "))), tc.request)
	}
}

func TestKeyFlags_HaveRedisNames(t *testing.T) {
	require.Equal(t, []string{"RW", "access", "variable_flags"}, (KeyRW | KeyAccess | KeyVariableFlags).Names())
	require.Equal(t, len(keyFlagNames), bitsOf(KeyVariableFlags))
}
