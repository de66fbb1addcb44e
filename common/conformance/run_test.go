package conformance

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/terminal"
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

func TestRun_TellsWhatAFailureLooksLike(t *testing.T) {
	ping := func(t *T) { t.Dial().Exchange("PING\r\n", "+PONG\r\n") }
	for _, row := range []struct {
		script, symptom string
		fn              func(*T)
	}{
		{"+PANG\r\n", `came "+PANG\r\n"`, ping},
		{"+PONG\n", `came "+PONG\n"`, ping},
		{"$4\r\nPONG\r\n", `came "$4\r\n"`, ping},
		{"+OK\r\n$4\r\nPANG\r\n", `came "$4\r\n"`, func(t *T) { t.Dial().Exchange("two", "+OK\r\n$4\r\nPONG\r\n") }},
		{"one\ntoo\n", `came "too\n"`, func(t *T) { t.Dial().Exchange("no replies", "one\ntwo\n") }},
		{"-ERR of suite:0az:17:key", `came "-ERR of key"`, ping},
		{"", silence, ping},
		{"+PO", cutShort + silence, ping},
		{"+PONG\r\n+PONG\r\n", tooMuch, ping},
		{"+PONG\r\n", `came "+PONG\r\n"`, func(t *T) { c := t.Dial(); c.Send("PING\r\n"); c.ExpectError("ERR") }},
		{"+PO", cutShort + silence, func(t *T) { c := t.Dial(); c.Send("PING\r\n"); c.Reply() }},
		{"+PONG\r\n", tooMuch, func(t *T) { t.Dial().ExpectSilence(time.Second) }},
		{"+PONG\r\n", tooMuch, func(t *T) { t.Dial().ExpectEOF() }},
		{"", silence, func(t *T) { t.Dial().ExpectEOF() }},
		{"", noConnection, func(t *T) { t.DialAddr("127.0.0.1:1") }},
		{"", wrong, func(t *T) { require.Equal(t, 1, 2) }},
	} {
		require.Equal(t, row.symptom, runOn(scripted(t, row.script), row.fn).Symptom, "%q", row.script)
	}
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
// greets with +OK. Those in capitals are core.
func graded(names ...string) (list []Case) {
	for i, name := range names {
		stage, ends, _ := strings.Cut(name, " ")
		c := Case{Name: fmt.Sprintf("case %d", i), Lesson: "Implementing PING", From: len(stage), Core: ends == strings.ToUpper(ends)}
		if c.Core {
			c.Means = "The meaning of it."
		}
		c.Run = func(t *T) {
			switch strings.ToLower(ends) {
			case "fails":
				t.Dial().Expect("+NO\r\n")
			case "skips":
				t.Skip("needs to start a server")
			default:
				t.Dial().Expect("+OK\r\n")
			}
		}
		list = append(list, c)
	}
	return list
}

func grade(t *testing.T, g Grading) (passed bool, out string) {
	t.Helper()
	var b bytes.Buffer
	passed = g.Grade(&b, scripted(t, "+OK\r\n"))
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), 80, line)
	}
	return passed, b.String()
}

func TestGrade_TellsTheFirstCoreFailureInFullAndEndsThere(t *testing.T) {
	passed, out := grade(t, Grading{
		Cases: graded("I PASSES", "I FAILS", "I FAILS", "I SKIPS", "I passes", "II PASSES"),
		Exhibits: []Exhibit{
			{1, "another one", map[string]string{"case 0": silence, "case 1": `came "+PONG\r\n"`, "case 2": silence}},
			{7, "the one", map[string]string{"case 1": `came "+PONG\r\n"`, "case 2": `came "+PONG\r\n"`, "case 99": closed}},
			{8, "has nothing to do with it", map[string]string{"case 0": silence}},
		},
	})
	require.False(t, passed)
	require.Contains(t, out, "FAIL  case 1\n        The meaning of it.\n")
	require.Equal(t, 1, strings.Count(out, "expected  \"+NO"), out)
	require.Contains(t, out, "failed, too: case 2\n")
	require.Contains(t, out, "\n  This looks like exhibit 07 (make bug N=07):\n      the one\n  or like exhibit 01 (make bug N=01):\n      another one\n")
	require.NotContains(t, out, "exhibit 08")
	require.NotContains(t, out, "Stage 02")
	require.Contains(t, out, "core 1 of 3, 1 not asked\nMend this first")
}

func TestGrade_AFailedFullCaseHidesNothing(t *testing.T) {
	passed, out := grade(t, Grading{Cases: graded("I PASSES", "I fails", "I skips", "II PASSES", "II passes", "III FAILS")})
	require.False(t, passed)
	require.Contains(t, out, "Stage 01  core 1 of 1\nStage 02  core 1 of 1\nStage 01  full 0 of 1, 1 not asked\n"+
		"  Implementing PING failed: 1\n  Implementing PING: 1 graded, 1 need CMD=\nStage 02  full 1 of 1\n")
	require.Contains(t, out, "core 2 of 2; full 1 of 2, 1 not asked\nGo on to chapter 3.\n")
	require.NotContains(t, out, "byte 1", "only -v tells them")
	_, out = grade(t, Grading{Cases: graded("I PASSES", "I fails"), Verbose: true})
	require.Contains(t, out, "case 1: byte 1: expected 'N' (0x4e), came 'O' (0x4f)")
}

func TestGrade_PassesWhatPasses(t *testing.T) {
	passed, out := grade(t, Grading{Cases: graded("I PASSES", "II PASSES", "II passes")})
	require.True(t, passed, out)
}

func TestGrade_TriesOnceMoreWhatFailed(t *testing.T) {
	tries := 0
	c := Case{Name: "slow once", Lesson: "Implementing PING", From: 2, Core: true, Run: func(*T) {
		if tries++; tries == 1 {
			panic("slow")
		}
	}}
	passed, out := grade(t, Grading{Cases: []Case{c}})
	require.True(t, passed, out)
	require.Equal(t, 2, tries)
}

// A case that wants a server of its own empties the one that there is.
func TestGrade_WhatWantsItsOwnServerIsAloneWhereThereIsOne(t *testing.T) {
	var running, together atomic.Int32
	var list []Case
	for i := range 20 {
		list = append(list, Case{Name: fmt.Sprintf("case %d", i), Lesson: "Implementing PING", From: 2, Own: true, Run: func(t *T) {
			if running.Add(1) > 1 {
				together.Add(1)
			}
			t.Dial().Expect("+OK\r\n")
			running.Add(-1)
		}})
	}
	passed, out := grade(t, Grading{Cases: list})
	require.True(t, passed, out)
	require.Zero(t, together.Load())
}

func TestGrade_SaysWhatAnswersThereIfItIsNoServerOfTheKind(t *testing.T) {
	for script, says := range map[string]string{
		"HTTP/1.0 400 Bad Request\r\n\r\n": "an HTTP server answers there",
		"<!DOCTYPE html>":                  "an HTTP server answers there",
		"\x15\x03\x01\x00\x02\x02\x0a":     "it speaks TLS",
		"":                                 "it accepts connections and says nothing",
		"*1\r\n$4\r\nPING\r\n":             "it sends back what it gets: that is chapter 1",
	} {
		var out bytes.Buffer
		began := time.Now()
		require.False(t, Grading{Cases: graded("II PASSES")}.Grade(&out, scripted(t, script)))
		require.Contains(t, out.String(), says)
		require.NotContains(t, out.String(), "Stage")
		require.Less(t, time.Since(began), 5*time.Second)
	}
	target := scripted(t, "+PONG\r\n")
	target.Chapter = 1
	require.Contains(t, target.Probe(), "UPTO=02")
}

func TestMatrix_HasACellForEveryTarget(t *testing.T) {
	var out bytes.Buffer
	good, bad := scripted(t, "+OK\r\n"), scripted(t, "+NO\r\n")
	good.Name, bad.Name, bad.Chapter = "good", "bad", 1
	o := MatrixOptions{Progress: &terminal.Progress{}, Beside: 2}
	rows := graded("I passes", "II passes", "I skips", "I skips")
	rows[1].Alone = true
	rows[1].Name += strings.Repeat(" and so on", 10)
	require.False(t, Matrix(&out, []*Target{good, bad}, rows, o))
	require.Regexp(t, `(?m)^  case 0 +ok NO$`, out.String())
	require.Regexp(t, `(?m)^  case 1 and so on .* ok  -$`, out.String())
	require.Regexp(t, `(?m)^  case 2 +s  s$`, out.String())
	require.Contains(t, out.String(), "\n  bad: case 0: byte 1")
	require.Regexp(t, `(?m)^  good: .* \(2 cases\)$`, out.String())
	for line := range strings.Lines(out.String()) {
		require.LessOrEqual(t, len(line), terminal.Columns+1, line)
	}
	require.True(t, Matrix(&out, []*Target{good}, graded("I passes", "I skips"), o))
}
