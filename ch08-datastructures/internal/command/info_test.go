package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInfo_TellsHowFarLoadingIs(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t)
	log := s.logTo(dir)
	for i := range 3000 {
		s.expect(fmt.Sprintf("set key:%d value", i), ok)
	}
	require.NoError(t, log.Close())

	s = newSession(t)
	log = s.openLog(dir)
	defer log.Close()
	var loaded []string
	require.NoError(t, s.c.Engine.Load(log, func() bool {
		text := string(s.c.Engine.Ask("info", "persistence"))
		require.Contains(t, text, "loading:1\r\n")
		for line := range strings.SplitSeq(text, "\r\n") {
			if strings.HasPrefix(line, "loading_loaded_perc:") {
				loaded = append(loaded, line)
			}
		}
		return false
	}))
	require.Len(t, loaded, 2)
	require.Regexp(t, `^loading_loaded_perc:3\d\.\d\d$`, loaded[0])
	require.Regexp(t, `^loading_loaded_perc:[67]\d\.\d\d$`, loaded[1])
	require.NotContains(t, string(s.c.Engine.Ask("info", "persistence")), "loading_")
}
