package server

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/logging"
)

func TestAdjustOOMScore_WritesWhatTheSettingsSayAndTakesItBack(t *testing.T) {
	defer func(old string) { oomFile = old }(oomFile)
	oomFile = filepath.Join(t.TempDir(), "oom_score_adj")
	require.NoError(t, os.WriteFile(oomFile, []byte("100\n"), 0o600))
	s := &Server{opts: config.Default(), log: &logging.Logger{}}
	expect := func(want string, how config.OOM, value int) {
		s.opts.OOMScoreAdj, s.opts.OOMScoreAdjValues[0] = how, value
		require.NoError(t, s.adjustOOMScore())
		text, err := os.ReadFile(oomFile)
		require.NoError(t, err)
		require.Equal(t, want+"\n", string(text))
	}
	expect("100", config.OOMLeft, 7)
	expect("107", config.OOMRelative, 7)
	expect("120", config.OOMRelative, 20)
	expect("20", config.OOMAbsolute, 20)
	expect("1000", config.OOMAbsolute, 2000)
	expect("-1000", config.OOMRelative, -2000)
	expect("100", config.OOMLeft, 7)
	require.NoError(t, os.Remove(oomFile))
	s.opts.OOMScoreAdj = config.OOMAbsolute
	require.Error(t, s.adjustOOMScore())
}
