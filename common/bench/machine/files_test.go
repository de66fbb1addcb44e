package machine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllowFiles_SaysWhichLimitIsTooLow(t *testing.T) {
	err := AllowFiles(1 << 40) // beyond what any kernel allows
	require.ErrorContains(t, err, "1099511627776 connections need")
	require.ErrorContains(t, err, "ulimit -Hn")
}
