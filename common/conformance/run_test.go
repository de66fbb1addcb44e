package conformance

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// scripted is a target that says its script to everybody who connects, whatever
// they send, and then listens until they leave.
func scripted(t *testing.T, script string) *Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Write([]byte(script))
				buf := make([]byte, 1024)
				for {
					if _, err := conn.Read(buf); err != nil {
						return
					}
				}
			}()
		}
	}()
	return &Target{Name: "scripted", Addr: l.Addr().String(), Chapter: 2, Patience: 100 * time.Millisecond}
}

func runOn(target *Target, fn func(*T)) Result {
	return Run(target, Case{Name: "a case", From: 2, Run: fn})
}

func TestRun_PassesWhatComesAsExpected(t *testing.T) {
	r := runOn(scripted(t, "+PONG\r\n:7\r\n"), func(t *T) {
		c := t.Dial()
		c.Exchange("PING\r\n", "+PONG\r\n")
		require.EqualValues(t, 7, c.Reply().Int)
		c.ExpectSilence(time.Millisecond)
	})
	require.Equal(t, Passed, r.Status, r.Report)
}

func TestRun_ReportsAWrongReplyByteByByte(t *testing.T) {
	r := runOn(scripted(t, "+PANG\r\n"), func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") })
	require.Equal(t, Failed, r.Status)
	require.True(t, strings.HasPrefix(r.Report, ""+
		"connection 1\n"+
		"sent      \"PING\\r\\n\" (6 bytes)\n"+
		"expected  \"+PONG\\r\\n\" (7 bytes)\n"+
		"came      \"+PANG\\r\\n\"\n"+
		"             ^ byte 2: expected 'O' (0x4f), came 'A' (0x41)\n"), r.Report)
	require.Equal(t, "byte 2: expected 'O' (0x4f), came 'A' (0x41)", Gist(r.Report))
}

func TestRun_ReportsAReplyThatDoesNotCome(t *testing.T) {
	r := runOn(scripted(t, "+PO"), func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") })
	require.Contains(t, r.Report, `came      "+PO" and then nothing more within 100ms`)
}

func TestRun_ReportsBytesThatNobodyExpected(t *testing.T) {
	r := runOn(scripted(t, "+PONG\r\n+PONG\r\n"), func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") })
	require.Equal(t, Failed, r.Status)
	require.Contains(t, r.Report, "expected  nothing more\ncame      \"+PONG\\r\\n\"")
}

func TestRun_AFailedRequireEndsOnlyTheCase(t *testing.T) {
	after := false
	r := runOn(scripted(t, "+PONG\r\n"), func(t *T) {
		require.Equal(t, "PING", t.Dial().Call("PING").Text, "the text")
		after = true
	})
	require.Equal(t, Failed, r.Status)
	require.False(t, after, "nothing runs behind a failed require")
	require.Contains(t, r.Report, "Not equal")
	require.Contains(t, r.Report, `came      "+PONG\r\n"`, "what was said stands in the report")
	require.True(t, strings.HasPrefix(Gist(r.Report), "Not equal: expected: \"PING\" actual : \"PONG\""), Gist(r.Report))
	require.NotContains(t, r.Report, "Error Trace")
}

func TestRun_APanicIsAFailureOfTheCase(t *testing.T) {
	target := scripted(t, "")
	r := runOn(target, func(*T) { panic("oh") })
	require.Equal(t, Failed, r.Status)
	require.Contains(t, r.Report, "the case panicked: oh")
	r = runOn(target, func(t *T) { t.Go(func() { panic("beside") }) })
	require.Equal(t, Failed, r.Status)
	require.Contains(t, r.Report, "the case panicked: beside")
}

func TestRun_AFailureBesideTheCaseEndsIt(t *testing.T) {
	r := runOn(scripted(t, ""), func(t *T) {
		t.Go(func() { require.Fail(t, "beside") })
		t.Dial().Discard() // ends because the failure closes the connection
		t.Wait()
		panic("not reached")
	})
	require.Equal(t, Failed, r.Status)
	require.Contains(t, r.Report, "beside")
	require.NotContains(t, r.Report, "not reached")
}

func TestRun_WaitsForWhatAFailedCaseStarted(t *testing.T) {
	ended := false
	r := runOn(scripted(t, ""), func(t *T) {
		c := t.Dial()
		t.Go(func() {
			c.Discard()
			ended = true
		})
		require.Fail(t, "over")
	})
	require.Equal(t, Failed, r.Status)
	require.True(t, ended, "a goroutine of the case outlived it")
}

func TestRun_ACaseThatHangsIsGivenUp(t *testing.T) {
	for name, fn := range map[string]func(*T){
		"on a connection":  func(t *T) { t.Dial().Discard() },
		"on its own":       func(*T) { select {} },
		"in a beside":      func(t *T) { t.Go(func() { select {} }) },
		"ends its routine": func(*T) { runtime.Goexit() },
	} {
		r := Run(scripted(t, ""), Case{Name: name, Timeout: 50 * time.Millisecond, Run: fn})
		require.Equal(t, Failed, r.Status, name)
		require.NotEmpty(t, r.Report, name)
	}
}

func TestRun_SkipsSayWhy(t *testing.T) {
	target := scripted(t, "")
	r := runOn(target, func(t *T) { t.Skip("no reason") })
	require.Equal(t, Skipped, r.Status)
	require.Equal(t, "no reason", r.Report)
	never := func(*T) { panic("not run") }
	for _, c := range []Case{
		{Args: []string{"--x"}, Run: never},
		{StageOnly: "ours", Run: never},
		{Run: func(t *T) { t.Server() }},
		{Run: func(t *T) { t.Execute("--x") }},
		{Run: func(t *T) { t.Command("no-such-program", "") }},
	} {
		require.Equal(t, Skipped, Run(target, c).Status)
	}
	target.Redis = true
	require.Equal(t, Skipped, Run(target, Case{NotRedis: "ours differ", Run: never}).Status)
}

func TestCase_IsInItsChapters(t *testing.T) {
	c := Case{From: 2, Until: 4}
	for chapter, want := range map[int]bool{1: false, 2: true, 4: true, 5: false} {
		require.Equal(t, want, c.In(chapter), "chapter %d", chapter)
	}
	require.True(t, Case{From: 2}.In(8))
}

// graded are cases of two stages that end as the names say on a server that
// greets with +OK.
func graded(names ...string) (list []Case) {
	for i, name := range names {
		stage, ends, _ := strings.Cut(name, " ")
		c := Case{Name: fmt.Sprintf("case %d", i), Lesson: "Implementing PING", From: len(stage)}
		c.Run = func(t *T) {
			switch ends {
			case "fails":
				t.Dial().Expect("+NO\r\n")
			case "skips":
				t.Skip("no reason")
			default:
				t.Dial().Expect("+OK\r\n")
			}
		}
		list = append(list, c)
	}
	return list
}

func TestGrade_ShowsTheFirstFailureInFullAndStopsAfterItsStage(t *testing.T) {
	var out bytes.Buffer
	target := scripted(t, "+OK\r\n")
	require.False(t, Grade(&out, target, graded("I passes", "I fails", "I fails", "I skips", "II passes")))
	require.Equal(t, 1, strings.Count(out.String(), "expected  \"+NO"), out.String())
	require.Contains(t, out.String(), "FAIL: case 2: byte 1: expected 'N' (0x4e), came 'O' (0x4f)")
	require.Contains(t, out.String(), "1 of 3 passed")
	require.Contains(t, out.String(), "skipped (no reason): case 3")
	require.NotContains(t, out.String(), "Stage 02\n")
	require.Contains(t, out.String(), "the stages after it wait")
	require.Contains(t, out.String(), "1 passed, 2 failed, 1 skipped")
}

func TestGrade_PassesStageByStage(t *testing.T) {
	var out bytes.Buffer
	require.True(t, Grade(&out, scripted(t, "+OK\r\n"), graded("I passes", "II passes", "III fails")))
	require.Contains(t, out.String(), "Stage 02\n")
	require.NotContains(t, out.String(), "Stage 03\n", "the target is asked up to chapter 2")
}

func TestMatrix_HasACellForEveryTarget(t *testing.T) {
	var out bytes.Buffer
	good, bad := scripted(t, "+OK\r\n"), scripted(t, "+NO\r\n")
	good.Name, bad.Name, bad.Chapter = "good", "bad", 1
	require.False(t, Matrix(&out, []*Target{good, bad}, graded("I passes", "II passes", "I skips")))
	for _, row := range []string{"case 0  ok     FAIL", "case 1  ok     -", "case 2  skip   skip"} {
		require.Contains(t, out.String(), row)
	}
	require.Contains(t, out.String(), "bad: case 0: byte 1")
	require.True(t, Matrix(&out, []*Target{good}, graded("I passes", "I skips")))
}
