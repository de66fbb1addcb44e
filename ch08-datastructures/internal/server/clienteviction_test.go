package server

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
)

func TestBucketOf_HoldsSizesThatDifferByTwoAtMost(t *testing.T) {
	for _, tc := range []struct{ bytes, bucket int }{
		{1, 1},
		{700, 1},
		{32 << 10, 1},
		{32<<10 + 1, 2},
		{64 << 10, 2},
		{1 << 20, 6},
		{1<<20 + 1, 7},
		{8 << 30, 19},
		{1 << 50, 19},
	} {
		require.Equal(t, tc.bucket, bucketOf(tc.bytes), tc.bytes)
	}
}

func TestClientLimit_IsBytesOrAPartOfMaxmemory(t *testing.T) {
	for _, tc := range []struct {
		setting, maxmemory string
		limit              int
	}{
		{"0", "0", 0},
		{"1", "0", minClientLimit},
		{"1mb", "0", 1 << 20},
		{"50%", "0", 0},
		{"50%", "4mb", 2 << 20},
		{"1%", "4mb", minClientLimit},
		{"100%", "4mb", 4 << 20},
	} {
		c := config.Default()
		require.NoError(t, c.Set([]string{"maxmemory-clients", tc.setting, "maxmemory", tc.maxmemory},
			func([]string) (string, error) { return "", nil }))
		require.Equal(t, tc.limit, clientLimit(c), tc)
	}
}

func TestScales_FindTheHeaviest(t *testing.T) {
	var s scales
	conns := make([]conn, 50)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		c := &conns[random.IntN(len(conns))]
		s.remove(c)
		s.add(c, random.IntN(weightBuckets+1))
		most, met := noBucket, 0
		for i := range conns {
			most = max(most, conns[i].weight.bucket)
		}
		for bucket := range s {
			var prev *conn
			for c := s[bucket]; c != nil; prev, c = c, c.weight.next {
				met++
				require.Equal(t, bucket, c.weight.bucket)
				require.Same(t, prev, c.weight.prev)
			}
		}
		inNone := 0
		for i := range conns {
			if conns[i].weight.bucket == noBucket {
				inNone++
			}
		}
		require.Equal(t, len(conns), met+inNone)
		if heaviest := s.heaviest(); most == noBucket {
			require.Nil(t, heaviest)
		} else {
			require.Equal(t, most, heaviest.weight.bucket)
		}
	}
}
