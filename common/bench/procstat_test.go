package bench

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// burn keeps a core busy until the process has used so much CPU time.
func burn(t *testing.T, until time.Duration) {
	t.Helper()
	for sum, round := 0, 0; ; round++ {
		for i := range 100_000 {
			sum += i ^ round
		}
		used, err := cpuTime(os.Getpid())
		require.NoError(t, err)
		if used >= until {
			return
		}
		require.Less(t, round, 1_000_000, "%v of CPU time after all that (%d)", used, sum)
	}
}

func TestCPUTime_GrowsWhileAProcessIsBusy(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	require.NoError(t, err)
	burn(t, before+5*time.Millisecond)
}

func TestCPUTime_OfAProcessThatIsGoneIsAnError(t *testing.T) {
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	for name, read := range map[string]func(int) (time.Duration, error){
		"cpuTime": cpuTime, "schedstat": schedstat, "statTimes": statTimes,
	} {
		_, err := read(cmd.Process.Pid)
		require.Error(t, err, name)
	}
}

func TestCPUTime_FallbacksAgreeWithTheClock(t *testing.T) {
	burn(t, 50*time.Millisecond)
	for name, read := range map[string]func(int) (time.Duration, error){"schedstat": schedstat, "statTimes": statTimes} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat("/proc/self/schedstat"); err != nil && name == "schedstat" {
				t.Skip(err)
			}
			got, err := read(os.Getpid())
			require.NoError(t, err)
			clock, err := cpuTime(os.Getpid())
			require.NoError(t, err)
			require.Positive(t, got)
			require.LessOrEqual(t, got, clock+2*clockTick)
		})
	}
}

func TestParseSchedstat_ReadsTheFirstField(t *testing.T) {
	d, err := parseSchedstat("1234567 89 10\n")
	require.NoError(t, err)
	require.Equal(t, 1234567*time.Nanosecond, d)
	_, err = parseSchedstat("x 1 2\n")
	require.Error(t, err)
}

func TestParseStat_AddsUserAndSystemWhateverTheNameIs(t *testing.T) {
	const rest = " S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 99\n"
	for _, name := range []string{"redis-server", "a b", "a) R 1 (b", ") "} {
		d, err := parseStat("42 (" + name + ")" + rest)
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, d, name)
	}
}

func TestParseStat_RefusesWhatIsShortOrNoNumber(t *testing.T) {
	for _, text := range []string{"", "42 (x) S 1 2 3", "42 (x) S 1 2 3 4 5 6 7 8 9 10 u s 0"} {
		_, err := parseStat(text)
		require.Error(t, err, "%q", text)
	}
}
