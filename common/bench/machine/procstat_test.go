package machine

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"redis-internals/common/bench/benchtest"
)

// burn keeps a core busy until the process has used so much CPU time.
func burn(t *testing.T, until time.Duration) {
	t.Helper()
	for sum, round := 0, 0; ; round++ {
		for i := range 100_000 {
			sum += i ^ round
		}
		used, err := CPUTime(os.Getpid())
		require.NoError(t, err)
		if used >= until {
			return
		}
		require.Less(t, round, 1_000_000, "%v of CPU time after all that (%d)", used, sum)
	}
}

func TestCPUTime_GrowsWhileAProcessIsBusy(t *testing.T) {
	before, err := CPUTime(os.Getpid())
	require.NoError(t, err)
	burn(t, before+5*time.Millisecond)
}

func TestCPUTime_OfAProcessThatIsGoneIsAnError(t *testing.T) {
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	for name, read := range map[string]func(int) (time.Duration, error){
		"cpuTime": CPUTime, "schedstat": schedstat, "statTimes": statTimes,
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
			clock, err := CPUTime(os.Getpid())
			require.NoError(t, err)
			require.Positive(t, got)
			require.LessOrEqual(t, got, clock+2*clockTick)
		})
	}
}

func TestParseSchedstat_ReadsWhatRanAndWhatWaited(t *testing.T) {
	got, err := parseSchedstat("1234567 89 10\n")
	require.NoError(t, err)
	require.Equal(t, ThreadTime{1234567, 89}, got)
	for _, text := range []string{"", "1", "x 1 2", "1 x 2"} {
		_, err = parseSchedstat(text)
		require.Error(t, err, "%q", text)
	}
}

func TestWaitOfBusiest_IsOfTheThreadThatRanMostMeanwhile(t *testing.T) {
	before := map[string]ThreadTime{"a": {ran: 1000, waited: 900}, "b": {ran: 10, waited: 5}}
	after := map[string]ThreadTime{"a": {ran: 1100, waited: 950}, "b": {ran: 910, waited: 12}, "c": {ran: 300, waited: 90}}
	require.EqualValues(t, 7, WaitOfBusiest(before, after))
	require.EqualValues(t, -1, WaitOfBusiest(nil, after))
	require.EqualValues(t, -1, WaitOfBusiest(before, nil))
}

func TestWaitOfBusiest_GrowsWhileTwoShareACore(t *testing.T) {
	servers, _, ok := PickCores()
	if _, err := os.Stat("/proc/self/schedstat"); err != nil || !ok {
		t.Skip("no schedstat, or one core only")
	}
	first, second := benchtest.StartProcess(t, "spins"), benchtest.StartProcess(t, "spins")
	require.NoError(t, PinProcess(first.Pid(), Only(servers)))
	require.NoError(t, PinProcess(second.Pid(), Only(servers)))
	before, err := ThreadTimes(first.Pid())
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		after, err := ThreadTimes(first.Pid())
		require.NoError(t, err)
		return WaitOfBusiest(before, after) > 50*time.Millisecond
	}, time.Minute, time.Millisecond)
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

func TestResident_GrowsWithWhatIsTouched(t *testing.T) {
	before, err := Resident(os.Getpid())
	require.NoError(t, err)
	const size = 64 << 20
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	require.NoError(t, err)
	for i := 0; i < size; i += os.Getpagesize() {
		memory[i] = 1
	}
	touched, err := Resident(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, unix.Munmap(memory))
	require.InDelta(t, size, touched-before, size/4)
}

func TestParseRollup_ReadsRss(t *testing.T) {
	n, err := parseRollup("55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:                1234 kB\nPss:  99 kB\n")
	require.NoError(t, err)
	require.EqualValues(t, 1234<<10, n)
	for _, text := range []string{"", "Pss: 1 kB\n", "Rss: x kB\n"} {
		_, err := parseRollup(text)
		require.Error(t, err, "%q", text)
	}
}

func TestParseStatm_ReadsTheSecondField(t *testing.T) {
	n, err := parseStatm("900 12 3 1 0 5 0\n")
	require.NoError(t, err)
	require.EqualValues(t, 12*os.Getpagesize(), n)
	for _, text := range []string{"", "900", "900 x"} {
		_, err := parseStatm(text)
		require.Error(t, err, "%q", text)
	}
}
