package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/ch04/internal/server"
)

func TestParseMemory_KnowsTheUnitsOfRedisConf(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "1024": 1024, "5b": 5, "1k": 1000, "1kb": 1024, "2M": 2_000_000, "2Mb": 2 << 20, "3g": 3_000_000_000, "3GB": 3 << 30,
	} {
		got, err := parseMemory(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "mb", "1tb", "1bk", "-1", "1.5gb", "1 mb", "9223372036854775807k", "x"} {
		_, err := parseMemory(text)
		require.Error(t, err, text)
	}
}

func TestSetOutputLimit_ReadsAClassAndThreeNumbers(t *testing.T) {
	var l server.OutputLimit
	require.NoError(t, setOutputLimit(&l, "Normal 10mb 1mb 60"))
	require.Equal(t, server.OutputLimit{Hard: 10 << 20, Soft: 1 << 20, SoftFor: time.Minute}, l)
	before := l
	for _, text := range []string{"", "normal", "normal 1 2", "normal 1 2 3 4", "replica 1 2 3", "normal x 2 3", "normal 1 x 3", "normal 1 2 x", "normal 1 2 -1", "normal 1 2 99999999999"} {
		require.Error(t, setOutputLimit(&l, text), text)
	}
	require.Equal(t, before, l)
}
