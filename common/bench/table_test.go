package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
)

func TestGrid_AlignsColumnsUnderTheHeadingsOfTheirGroups(t *testing.T) {
	g := &grid{columns: []column{{"", "command"}, {"", "p"}, {"requests", "ch02"}, {"requests", "redis"}, {"µs", "ratio"}}}
	g.row("ping", "1", "7", "123456", "1.00")
	g.row("x", "16", "8", "9", "-")
	require.Equal(t, strings.Join([]string{
		"               requests        µs",
		"command   p    ch02   redis    ratio",
		"ping      1       7  123456     1.00",
		"x        16       8       9        -",
		"",
	}, "\n"), g.String())
}

func TestGrid_WidensTheLastColumnOfAGroupWithALongHeading(t *testing.T) {
	g := &grid{columns: []column{{"", "a"}, {"a long heading", "b"}, {"c", "d"}}}
	g.row("1", "2", "3")
	require.Equal(t, "     a long heading    c\na                 b    d\n1                 2    3\n", g.String())
}

func TestGrid_WithoutHeadingsHasNoLineForThem(t *testing.T) {
	g := &grid{columns: []column{{"", "a"}, {"", "b"}}}
	g.row("1", "2")
	require.Equal(t, "a  b\n1  2\n", g.String())
}

func TestNumbers_AreGroupedAndUnknownOnesDashes(t *testing.T) {
	for figure, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567.4: "1,234,567"} {
		require.Equal(t, want, thousands(figure))
	}
	require.Equal(t, "-", thousands(nan))
	require.Equal(t, "-", number(nan, 3))
	require.Equal(t, "0.123", number(.12345, 3))
	require.Equal(t, []string{"-", ""}, spreadCells(spreadOf(nil)))
	require.Equal(t, []string{"1.50", "(1.00..2.00)"}, spreadCells(Spread{1.5, 1, 2}))
}

// sample is a measurement of one second.
func sample(round int, server string, requests uint64, cpu, own time.Duration) Sample {
	return Sample{
		Round: round, Server: server, Command: "ping", Pipeline: 1, Requests: requests, Wall: time.Second,
		ServerCPU: cpu, OwnCPU: own, P50: 100 * time.Microsecond, P99: 200 * time.Microsecond,
	}
}

func reportOf(samples ...Sample) *Report {
	r := newReport(Config{Chapter: &chapters.Chapter{Name: "ch09-test"}, Clients: 1, Rounds: 2, Measure: time.Second, Idle: 10})
	r.Samples = samples
	return r
}

func TestLines_CompareRoundByRoundWhoeverWentFirst(t *testing.T) {
	const ms = time.Millisecond
	lines := reportOf(
		sample(1, "ch09", 1000, 500*ms, 0), sample(1, "redis", 2000, 500*ms, 0),
		sample(2, "redis", 1000, 250*ms, 0), sample(2, "ch09", 1000, 250*ms, 0),
	).Lines()
	require.Len(t, lines, 1)
	require.Equal(t, "ch09", lines[0].Sides[0].Name)
	require.Equal(t, Spread{.75, .5, 1}, lines[0].Ratios[0].Throughput)
	require.Equal(t, Spread{1.5, 1, 2}, lines[0].Ratios[0].CPU)
	require.Equal(t, Spread{375, 250, 500}, lines[0].Sides[0].CPU)
	require.Equal(t, Spread{.375, .25, .5}, lines[0].Sides[0].Busy)
	require.Equal(t, Spread{100, 100, 100}, lines[0].Sides[0].P50)
}

func TestTable_ShowsBothServersAndTheirRatio(t *testing.T) {
	text := reportOf(
		sample(1, "ch09", 3000, time.Second/2, time.Second/4), sample(1, "redis", 2000, time.Second, time.Second/4),
	).Table()
	require.Contains(t, text, "ch09-test: 1 client, 2 rounds of 1s\n")
	require.Regexp(t, `(?m)^ping +1 +3,000 +2,000 +1\.50 +\(1\.50\.\.1\.50\) +166\.667 +500\.000 +0\.33 +\(0\.33\.\.0\.33\)$`, text)
	require.Regexp(t, `(?m)^ping +1 +100 +100 +200 +200 +50 +100 +25 +25$`, text)
	require.Contains(t, text, "ratio: ch09 / redis")
	require.NotContains(t, text, "[1]")
}

func TestTable_OfThreeServersHasARatioToEachOfTheOthers(t *testing.T) {
	text := reportOf(
		sample(1, "ch09", 3000, time.Second, 0), sample(1, "peer", 2000, time.Second, 0), sample(1, "redis", 1000, time.Second, 0),
	).Table()
	require.Regexp(t, `(?m)^command +pipeline +ch09 +peer +redis +to peer +\(min\.\.max\) +to redis +\(min\.\.max\)`, text)
	require.Regexp(t, `(?m)^ping +1 +3,000 +2,000 +1,000 +1\.50 +\(1\.50\.\.1\.50\) +3\.00 +\(3\.00\.\.3\.00\)`, text)
	require.Contains(t, text, "to: ch09 / the other, the median of the rounds' ratios. Requests: above 1 is better")
}

func TestTable_OfOneServerHasNoRatio(t *testing.T) {
	text := reportOf(sample(1, "server", 3000, -1, time.Second/4)).Table()
	require.NotContains(t, text, "ratio")
	require.Regexp(t, `(?m)^ping +1 +3,000 +-$`, text)
}

func TestTable_MarksWhereTheGeneratorWasTheBottleneck(t *testing.T) {
	for name, row := range map[string]struct {
		server, own time.Duration
		marked      bool
	}{
		"server had time left":  {time.Second / 2, time.Second, true},
		"both were busy":        {time.Second, time.Second, false},
		"generator had time":    {time.Second / 2, time.Second / 2, false},
		"server is not ours":    {-1, time.Second, true},
		"neither was the limit": {-1, time.Second / 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			text := reportOf(sample(1, "ch09", 1000, row.server, row.own)).Table()
			require.Equal(t, row.marked, strings.Contains(text, "100[1]\n"), text)
			require.Equal(t, row.marked, strings.Contains(text, "[1] the generator was the bottleneck"))
		})
	}
}

func TestTable_SaysWhatIdleConnectionsCost(t *testing.T) {
	without, with := sample(1, "ch09", 1000, time.Second/2, 0), sample(1, "ch09", 500, time.Second/2, 0)
	with.Idle = 10
	r := reportOf(without, with)
	lines, costs := r.IdleCosts()
	require.Len(t, lines, 1)
	require.Equal(t, [][]IdleCost{{{"ch09", Spread{.5, .5, .5}, Spread{2, 2, 2}}}}, costs)
	text := r.Table()
	for _, heading := range []string{"== with 0 idle connections ==", "== with 10 idle connections ==", "== what 10 idle connections cost"} {
		require.Contains(t, text, heading)
	}
	require.Regexp(t, `(?m)^ping +1 +0\.50 +\(0\.50\.\.0\.50\) +2\.00 +\(2\.00\.\.2\.00\)$`, text)
}

func TestTable_TellsTheNotes(t *testing.T) {
	r := reportOf(sample(1, "ch09", 1, 1, 1))
	r.Notes = append(r.Notes, "not pinned: because")
	require.Contains(t, r.Table(), "\nnote: not pinned: because\n")
}
