// ch07_multi_limits.go: what a transaction may cost the server.

package cases

import (
	"slices"

	"github.com/stretchr/testify/require"
)

func multiLimits() list {
	query := []string{"--client-query-buffer-limit", "1mb"}
	return in(7, lesson7Transactions, list{
		{
			Name: "a queue beyond client-query-buffer-limit closes its client, and nothing runs", Args: query,
			NotRedis: "it counts what is queued from 7.2 on", Run: beyondQueueLimit,
		},
		{Name: "a queue below client-query-buffer-limit runs, and each has the limit anew", Args: query, Run: belowQueueLimit},
	})
}

// beyondQueueLimit queues requests each of which is far below the limit.
func beyondQueueLimit(t *T) {
	c, other := t.Dial(), t.Dial()
	speak(c, plain, "MULTI", done, "SET k 1", queued)
	n := 0
	for ; c.TrySend(cmd("SET", "k", numbered(50_000))) == nil && c.Served(); n++ {
		require.Less(t, n, 100, "5 MB are queued")
	}
	require.Greater(t, n, 10, "less than 600 KB are queued")
	speak(other, plain, "GET k", nilBulk)
}

func belowQueueLimit(t *T) {
	c, value := t.Dial(), numbered(50_000)
	const n = 15 // of 750 KB
	for range 3 {
		c.Exchange(cmd("MULTI"), done)
		for range n {
			c.Exchange(cmd("SET", "k", value), queued)
		}
		c.Exchange(cmd("EXEC"), array(slices.Repeat([]string{done}, n)...))
	}
}
