package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGCTrace_AddsUpThePasses(t *testing.T) {
	const log = "Ready to accept connections\n" +
		"gc 1 @0.012s 2%: 0.020+0.39+0.010 ms clock, 0.040+0.20/0.30/7.0+0.020 ms cpu, 4->4->1 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n" +
		"gc is a word, too\n" +
		"gc 22 @12.5s 0%: 0.10+30+0.5 ms clock, 0.1+0/9.9/0+0 ms cpu, 400->410->200 MB, 401 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)\n" +
		"gc 23 @12.6s 0%: 0.1"
	c, err := ParseGCTrace(log)
	require.NoError(t, err)
	const us = time.Microsecond
	require.Equal(t, Collections{Count: 2, Paused: 630 * us, Longest: 500 * us, CPU: 560*us + 10_000*us}, c)
	c, err = ParseGCTrace("")
	require.NoError(t, err)
	require.Zero(t, c)
	_, err = ParseGCTrace("gc 3 @0.1s 2%: 1 ms clock\n")
	require.ErrorContains(t, err, `cannot read: "gc 3 @0.1s 2%: 1 ms clock\n"`)
}
