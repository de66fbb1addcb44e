// ch07_shutdown.go: the end in order: by signals, by SHUTDOWN, under load, on a full disk.

package cases

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

const (
	staysUp      = "-ERR Errors trying to SHUTDOWN. Check logs.\r\n"
	noShutdown   = "-ERR No shutdown in progress.\r\n"
	staying      = "Errors trying to shut down the server. Check the logs for more information."
	byeBye       = "is now ready to exit, bye bye..."
	dropsReplies = "it drops the replies of its last turn"
	wakes        = "a signal ends its DEBUG SLEEP"
	writesNone   = "it ends although it cannot write the log"
)

// noSave is a server that saves nothing unless it is told to, also where it is a Redis.
var noSave = []string{"--save", ""}

func shutdown() list {
	rows := list{
		{Name: "SHUTDOWN ends the server without a reply", Run: endsBy("SHUTDOWN")},
		{Name: "SHUTDOWN NOSAVE NOW FORCE ends the server", Run: endsBy("SHUTDOWN", "nosave", "Now", "FORCE")},
		{Name: "SHUTDOWN refuses options that it does not know, or that contradict each other", Run: dialogue(
			"SHUTDOWN LATER", syntax, "SHUTDOWN SAVE NOSAVE", syntax, "SHUTDOWN NOSAVE NOW SAVE", syntax, "SHUTDOWN ABORT NOW", syntax, "SHUTDOWN SAVE ABORT", syntax, "SHUTDOWN NOW NOW NOW LATER", syntax,
			"SHUTDOWN ABORT", noShutdown, "SHUTDOWN abort ABORT", noShutdown, "PING", "+PONG\r\n",
		)},
		{Name: "SHUTDOWN SAVE without a log is refused, unless forced", NotRedis: "it writes RDB", Run: saveWithoutLog},
		{Name: "what stood before SHUTDOWN in a pipeline is answered, what stands behind it is not", NotRedis: dropsReplies, Run: pipelineBeforeShutdown},
		{Name: "what is executed when SIGTERM comes is answered, and what is not answered has not happened", NotRedis: dropsReplies, Run: answeredIsDone},
		{Name: "a client that does not read does not keep the server", Run: slowReaderAtTheEnd},
		{Name: "nobody new is let in after the end", Run: closedAfterEnd},
		{Name: "a second SIGINT ends a server that is busy, with code 1", NotRedis: wakes, Run: insists},
		{Name: "a second SIGTERM waits", NotRedis: wakes, Run: secondTermWaits},
		{Name: "a command that runs when SIGTERM comes is finished and answered", NotRedis: dropsReplies, Run: termWaitsForCommand},
		{Name: "SIGHUP and SIGPIPE end nobody", Run: survivesSignals(syscall.SIGHUP, syscall.SIGPIPE)},
		{Name: "shutdown-on-sigterm and -sigint: default and others", Own: true, Run: shutdownSettings},
		{Name: "shutdown-on-sigterm save without a log keeps the server", NotRedis: "it writes RDB", Args: []string{"--shutdown-on-sigterm", "save"}, Run: termIsRefused},
		{Name: "shutdown-on-sigint nosave force on the command line", Run: endsBySignal(syscall.SIGINT, "SIGINT", "--shutdown-on-sigint", "nosave", "force")},
		{Name: "shutdown-timeout is a number of seconds", Own: true, Run: dialogue(
			"CONFIG GET shutdown-timeout", bulks("shutdown-timeout 10"), "CONFIG SET shutdown-timeout 0", done, "CONFIG SET shutdown-timeout -1", setFailed("shutdown-timeout", between("0", "2147483647")),
			"CONFIG SET shutdown-timeout x", setFailed("shutdown-timeout", notParsed),
		)},
		{Name: "a shutdown during a rewrite leaves a folder that loads, and no temporary file", Timeout: time.Minute, Run: endsDuringRewrite},
		{Name: "SIGTERM while the log is loaded ends the server, and leaves the log", Timeout: time.Minute, Run: endsWhileLoading(syscall.SIGTERM)},
		{Name: "SIGINT while the log is loaded ends the server, and leaves the log", Timeout: time.Minute, Run: endsWhileLoading(syscall.SIGINT)},
		{Name: "on a full disk SHUTDOWN is refused, and nothing is lost when there is space again", NotRedis: writesNone, Run: staysOnFullDisk},
		{Name: "on a full disk SIGTERM is refused", NotRedis: writesNone, Run: termOnFullDisk},
		{Name: "on a full disk SHUTDOWN FORCE ends the server", Run: forcedOnFullDisk("FORCE")},
		{Name: "on a full disk SHUTDOWN NOSAVE ends the server", Run: forcedOnFullDisk("NOSAVE")},
		{Name: "the pid file is there while the server runs", Run: pidFile},
		{Name: "a pid file that cannot be written keeps nobody from starting", Run: pidFileNowhere},
		{Name: "pidfile cannot be changed by a client", Run: answers(cmd("CONFIG", "SET", "pidfile", "x"), setFailed("pidfile", "can't set immutable config"))},
	}
	for sig, name := range map[syscall.Signal]string{syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT"} {
		rows = append(rows, conformance.Case{Name: name + " ends the server in order, and its log says so", Run: endsBySignal(sig, name)})
	}
	for _, sig := range []syscall.Signal{
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGVTALRM, syscall.SIGQUIT, syscall.SIGIO, syscall.SIGXCPU, syscall.SIGPWR, syscall.SIGSTKFLT, syscall.SIGSYS, syscall.SIGTRAP,
	} {
		rows = append(rows, conformance.Case{Name: "the process dies of a signal that means nothing to it: " + strings.ReplaceAll(sig.String(), "/", " and "), Run: func(t *T) {
			s := t.Start(harness.Options{Args: noSave})
			t.DialAddr(s.Addr).Exchange(cmd("PING"), "+PONG\r\n")
			require.NoError(t, s.Signal(sig))
			dies(t, s, sig)
		}})
	}
	for _, policy := range []string{"always", "everysec", "no"} {
		rows = append(rows, conformance.Case{Name: "SIGTERM under load loses nothing acknowledged: appendfsync " + policy, Timeout: time.Minute + time.Duration(rounds(0))*5*time.Second, Run: termUnderLoad(policy)})
	}
	return in(7, lesson7Shutdown, rows)
}

// ends expects that the server ends with code 0, and says so.
func ends(t *T, s *harness.Server, words ...string) {
	select {
	case <-s.Exited():
	case <-time.After(t.Patience()):
		require.Fail(t, "the server still runs", s.Log())
	}
	require.Zero(t, s.ExitCode(), s.Log())
	for _, w := range words {
		require.Contains(t, s.Log(), w)
	}
}

// says waits until the server's log has these words.
func says(t *T, s *harness.Server, words ...string) {
	for _, w := range words {
		t.Until("the log says "+w, func() bool { return strings.Contains(s.Log(), w) })
	}
}

func endsBy(command ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		s, c := d.start()
		speak(c, plain, "SET a 1", done)
		c.Send(cmd(command...))
		c.ExpectEOF()
		ends(t, s, "User requested shutdown...", "Calling fsync() on the AOF file.", byeBye)
		_, c = d.start()
		speak(c, plain, "GET a", bulk("1"))
	}
}

func endsBySignal(sig syscall.Signal, name string, args ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		s, c := d.start(args...)
		speak(c, plain, "SET a 1", done)
		require.NoError(t, s.Signal(sig))
		c.ExpectEOF()
		ends(t, s, "Received "+name+" scheduling shutdown...", "User requested shutdown...", "Calling fsync() on the AOF file.", byeBye)
		_, c = d.start()
		speak(c, plain, "GET a", bulk("1"))
	}
}

func saveWithoutLog(t *T) {
	s := t.Start(harness.Options{})
	c := t.DialAddr(s.Addr)
	speak(c, plain, "SHUTDOWN SAVE", staysUp, "PING", "+PONG\r\n")
	says(t, s, "can't exit", staying)
	c.Send(cmd("SHUTDOWN", "SAVE", "FORCE"))
	c.ExpectEOF()
	ends(t, s, "Exit anyway", byeBye)
}

func pipelineBeforeShutdown(t *T) {
	d := newDisk(t)
	s, c := d.start()
	c.Send(cmd("SET", "a", "1") + cmd("INCR", "a") + cmd("SHUTDOWN") + cmd("SET", "a", "3") + cmd("PING"))
	c.Expect(done + ":2\r\n")
	c.ExpectClosed()
	ends(t, s)
	_, c = d.start()
	speak(c, plain, "GET a", bulk("2"))
}

// answeredIsDone has clients count, a hundred requests at a time, when the end comes. As many
// replies as each has read, so many requests have been executed.
func answeredIsDone(t *T) {
	d := newDisk(t, unsynced...)
	s, _ := d.start()
	var replies [4]int64
	var total atomic.Int64
	for i := range replies {
		c := t.DialAddr(s.Addr)
		t.Go(func() {
			for c.TrySend(strings.Repeat(cmd("INCR", "n"+strconv.Itoa(i)), 100)) == nil {
				for range 100 {
					if !c.Served() {
						return
					}
					replies[i]++
				}
				total.Add(100)
			}
		})
	}
	t.Until("all count", func() bool { return total.Load() > 2000 })
	require.NoError(t, s.Signal(syscall.SIGTERM))
	ends(t, s)
	t.Wait()
	_, c := d.start()
	for i, n := range replies {
		require.Equal(t, n, c.Call("INCRBY", "n"+strconv.Itoa(i), "0").Int, "replies, and requests that were executed")
	}
}

func slowReaderAtTheEnd(t *T) {
	s := t.Start(harness.Options{Args: noSave})
	slow, c := t.DialAddr(s.Addr), t.DialAddr(s.Addr)
	slow.SlowReader()
	slow.Exchange(cmd("SET", "k", numbered(1<<20)), done)
	slow.Send(strings.Repeat(cmd("GET", "k"), 100))
	c.Exchange(cmd("PING"), "+PONG\r\n")
	require.NoError(t, s.Signal(syscall.SIGTERM))
	ends(t, s, byeBye)
}

func closedAfterEnd(t *T) {
	s := t.Start(harness.Options{Args: noSave})
	require.NoError(t, s.Signal(syscall.SIGTERM))
	ends(t, s)
	_, err := t.TryDial(s.Addr)
	require.Error(t, err)
}

// sleeping has a server busy for an hour, most probably.
func sleeping(t *T) *harness.Server {
	s := t.Start(harness.Options{Args: append([]string{"--enable-debug-command", "yes"}, noSave...)})
	c := t.DialAddr(s.Addr)
	c.Exchange(cmd("PING"), "+PONG\r\n")
	c.Send(cmd("DEBUG", "SLEEP", "3600"))
	isBusy(t, s)
	return s
}

// isBusy waits until the server answers nobody for a while.
func isBusy(t *T, s *harness.Server) {
	t.Until("it is busy", func() bool {
		other := t.DialAddr(s.Addr)
		defer other.Close()
		return other.TrySend(cmd("PING")) == nil && other.Silent(100*time.Millisecond)
	})
}

// insists sends SIGINT until the server ends. If the first one came before the command did,
// the end was an ordinary one: then once more.
func insists(t *T) {
	t.Until("a server has ended at once", func() bool {
		s := sleeping(t)
		for ended := false; !ended; {
			_ = s.Signal(syscall.SIGINT)
			select {
			case <-s.Exited():
				ended = true
			case <-time.After(10 * time.Millisecond):
			}
		}
		if s.ExitCode() == 0 {
			return false
		}
		require.Equal(t, 1, s.ExitCode())
		says(t, s, "You insist... exiting now.")
		return true
	})
}

// secondTermWaits is that the server is still busy after many of them.
func secondTermWaits(t *T) {
	t.Until("a server was busy", func() bool {
		s := sleeping(t)
		for range 5 {
			_ = s.Signal(syscall.SIGTERM)
		}
		select {
		case <-s.Exited():
			require.Zero(t, s.ExitCode(), "the command came too late, and the end was an ordinary one")
			return false
		case <-time.After(100 * time.Millisecond):
		}
		require.NoError(t, s.Signal(syscall.SIGINT)) // and that is a second one
		<-s.Exited()
		require.Equal(t, 1, s.ExitCode())
		return true
	})
}

// termWaitsForCommand has a transaction run when the signal comes, most probably. If it is
// through by then nothing else is expected.
func termWaitsForCommand(t *T) {
	d := newDisk(t)
	s, c := d.start("--enable-debug-command", "yes")
	c.Send(cmd("MULTI") + cmd("SET", "a", "1") + cmd("DEBUG", "SLEEP", "2") + cmd("SET", "b", "1") + cmd("EXEC"))
	isBusy(t, s)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	c.Expect(done + queued + queued + queued + array(done, done, done))
	ends(t, s)
	_, c = d.start()
	speak(c, plain, "GET a", bulk("1"), "GET b", bulk("1"))
}

func survivesSignals(signals ...os.Signal) func(*T) {
	return func(t *T) {
		s := t.Start(harness.Options{})
		c := t.DialAddr(s.Addr)
		for _, sig := range signals {
			require.NoError(t, s.Signal(sig))
			speak(c, plain, "PING", "+PONG\r\n", "PING", "+PONG\r\n")
		}
	}
}

func shutdownSettings(t *T) {
	c := t.Dial()
	for _, name := range []string{"shutdown-on-sigterm", "shutdown-on-sigint"} {
		c.Exchange(cmd("CONFIG", "GET", name), array(bulk(name), bulk("default")))
		for _, tc := range []struct{ value, reads string }{
			{"save", "save"}, {"nosave now", "nosave now"}, {"force now NOSAVE", "nosave now force"}, {"default save", "save"}, {"now now", "now"}, {"default", "default"},
		} {
			c.Exchange(cmd("CONFIG", "SET", name, tc.value)+cmd("CONFIG", "GET", name), done+array(bulk(name), bulk(tc.reads)))
		}
		for _, value := range []string{"", " ", "later", "save later", "save  now"} {
			c.Exchange(cmd("CONFIG", "SET", name, value), setFailed(name, "argument(s) must be one of the following: default, save, nosave, now, force"))
		}
		c.Exchange(cmd("CONFIG", "SET", name, "now save nosave"), setFailed(name, "shutdown options SAVE and NOSAVE can't be used simultaneously"))
	}
}

func termIsRefused(t *T) {
	c := t.Dial()
	require.NoError(t, t.Server().Signal(syscall.SIGTERM))
	says(t, t.Server(), staying)
	speak(c, plain, "PING", "+PONG\r\n", "CONFIG SET shutdown-on-sigterm default", done)
	require.NoError(t, t.Server().Signal(syscall.SIGTERM))
	c.ExpectEOF()
	ends(t, t.Server(), byeBye)
}

func endsDuringRewrite(t *T) {
	d := newDisk(t, unsynced...)
	s, c := d.start()
	setMany(t, c, "k", 0, 50_000, 100)
	beginRewrite(t, c)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	ends(t, s, byeBye)
	for _, name := range d.names() {
		require.False(t, strings.HasPrefix(name, "temp"), name)
	}
	_, c = d.start()
	speak(c, plain, "DBSIZE", ":50000\r\n")
}

// endsWhileLoading has a log that takes a while, and one that takes longer if the server
// was through with it when the signal came.
func endsWhileLoading(sig syscall.Signal) func(*T) {
	return func(t *T) {
		for records := 300_000; ; records *= 4 {
			d := newDisk(t)
			log := cmd("SELECT", "0") + strings.Repeat(cmd("INCR", "n"), records)
			d.writeLog(log)
			s := t.Start(harness.Options{Dir: d.path, Args: d.args})
			require.NoError(t, s.Signal(sig))
			ends(t, s)
			require.True(t, d.read(incr1) == log, "the log is as it was")
			require.Equal(t, named1, d.read(manifest))
			if !strings.Contains(s.Log(), "Ready to accept connections") {
				return
			}
			require.Less(t, records, 5_000_000, "no load was interrupted")
		}
	}
}

// fillDisk writes until the disk is full.
func fillDisk(t *T, c *conformance.Conn) {
	t.Until("the disk is full", func() bool {
		c.Send(tenKilobytes(0))
		return c.Reply().IsError()
	})
}

func staysOnFullDisk(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	speak(c, plain, "SET a 1", done)
	fillDisk(t, c)
	speak(c, plain, "SHUTDOWN", staysUp, "SHUTDOWN NOW", staysUp, "SHUTDOWN SAVE", staysUp, "GET a", bulk("1"))
	says(t, s, staying)
	makeSpace()
	awaitWritable(t, c)
	c.Send(cmd("SHUTDOWN"))
	c.ExpectEOF()
	ends(t, s, byeBye)
	_, c = d.start()
	speak(c, plain, "GET a", bulk("1"), "GET after", bulk("v"))
}

func termOnFullDisk(t *T) {
	d, makeSpace := smallDisk(t, "everysec")
	s, c := d.start()
	fillDisk(t, c)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	says(t, s, staying)
	c.Exchange(cmd("DBSIZE"), one)
	makeSpace()
	awaitWritable(t, c)
	require.NoError(t, s.Signal(syscall.SIGTERM)) // and it is asked again
	ends(t, s, byeBye)
}

func forcedOnFullDisk(how string) func(*T) {
	return func(t *T) {
		d, _ := smallDisk(t, "everysec")
		s, c := d.start()
		fillDisk(t, c)
		c.Send(cmd("SHUTDOWN", how))
		c.ExpectClosed()
		ends(t, s, byeBye)
	}
}

func pidFile(t *T) {
	d := newDisk(t)
	path := filepath.Join(d.path, "server.pid")
	s, c := d.start("--pidfile", path)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(s.Pid())+"\n", string(content))
	c.Send(cmd("SHUTDOWN"))
	c.ExpectEOF()
	ends(t, s, "Removing the pid file.")
	require.NoFileExists(t, path)
}

func pidFileNowhere(t *T) {
	d := newDisk(t)
	_, c := d.start("--pidfile", filepath.Join(d.path, "no", "server.pid"))
	speak(c, plain, "PING", "+PONG\r\n")
}

// termUnderLoad ends a server while clients count, and expects to find all of it again.
func termUnderLoad(policy string) func(*T) {
	return func(t *T) {
		d := newDisk(t, "--appendonly", "yes", "--aof-use-rdb-preamble", "no", "--appendfsync", policy)
		var singles counters
		var units transfers
		for round := range rounds(4) {
			s, c := d.start()
			singles.expect(t, c)
			units.expect(t, c)
			singles.run(t, s.Addr)
			units.run(t, s.Addr)
			singles.awaitMore(t, 8+rand.IntN(300))
			units.awaitMore(t, 1+rand.IntN(30))
			if round%4 == 3 {
				beginRewrite(t, c)
			}
			require.NoError(t, s.Signal(syscall.SIGTERM))
			ends(t, s)
			t.Wait()
		}
		_, c := d.start()
		singles.expect(t, c)
		units.expect(t, c)
	}
}
