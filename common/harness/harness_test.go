package harness

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
)

func TestMain(m *testing.M) {
	code := m.Run()
	RemoveBuilds()
	os.Exit(code)
}

// script is an executable that ignores its arguments: what a server that
// misbehaves looks like from outside.
func script(t *testing.T, lines string) string {
	file := filepath.Join(t.TempDir(), "server")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+lines+"\n"), 0o755))
	return file
}

func chapterOne(t *testing.T) chapters.Chapter {
	root, err := chapters.Root()
	require.NoError(t, err)
	list, err := chapters.List(root)
	require.NoError(t, err)
	return list[0]
}

func TestStart_TellsWhatAServerPrintedThatEndsAtOnce(t *testing.T) {
	_, err := StartBinary("broken", script(t, "echo no config >&2; exit 3"), Options{})
	require.ErrorContains(t, err, "no config")
	require.ErrorContains(t, err, "exit status 3")
}

func TestStart_TriesAnotherPortWhereSomebodyWasFaster(t *testing.T) {
	tries := filepath.Join(t.TempDir(), "tries")
	_, err := StartBinary("late", script(t, "echo x >>"+tries+"; echo port is in use; exit 1"), Options{})
	require.ErrorContains(t, err, "in use")
	written, err := os.ReadFile(tries)
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(string(written), "x"))
}

func TestReservePort_GivesEachOnlyOnce(t *testing.T) {
	taken := map[int]bool{}
	for range 500 {
		p, err := ReservePort()
		require.NoError(t, err)
		defer p.Release()
		require.False(t, taken[p.Number])
		taken[p.Number] = true
	}
}

func TestServer_IsStartedAgainOnThePortThatTheCallerKeeps(t *testing.T) {
	port, err := ReservePort()
	require.NoError(t, err)
	defer port.Release()
	var addr string
	for range 3 {
		s, err := StartStage(chapterOne(t), Options{Port: port})
		require.NoError(t, err)
		require.Contains(t, []string{"", s.Addr}, addr)
		addr = s.Addr
		s.Kill()
	}
	lock, err := net.Listen("unix", "@redis-internals-port-"+strconv.Itoa(port.Number))
	require.Error(t, err, "nobody else got it meanwhile")
	require.Nil(t, lock)
}

func TestServer_ListensIsLoggedAndStops(t *testing.T) {
	s, err := StartStage(chapterOne(t), Options{})
	require.NoError(t, err)
	conn, err := net.Dial("tcp", s.Addr)
	require.NoError(t, err)
	conn.Close()
	require.DirExists(t, s.Dir)
	require.Zero(t, s.Stop())
	require.Contains(t, s.Log(), "Ready to accept connections")
	require.NoDirExists(t, s.Dir)
	_, err = net.Dial("tcp", s.Addr)
	require.Error(t, err)
}

func TestServer_LeavesADirectoryThatTheCallerNamed(t *testing.T) {
	dir := t.TempDir()
	s, err := StartStage(chapterOne(t), Options{Dir: dir})
	require.NoError(t, err)
	s.Kill()
	require.DirExists(t, dir)
	require.Equal(t, -1, s.Stop(), "a signal ended it")
}

func TestBuildReplacing_LeavesTheSourceAlone(t *testing.T) {
	c := chapterOne(t)
	before, err := os.ReadFile(filepath.Join(c.Dir, "main.go"))
	require.NoError(t, err)
	binary, err := BuildReplacing(c, "refuses", map[string]string{
		"main.go": "package main\n\nfunc main() { panic(\"replaced\") }\n",
	})
	require.NoError(t, err)
	_, err = StartBinary("refuses", binary, Options{})
	require.ErrorContains(t, err, "replaced")
	after, err := os.ReadFile(filepath.Join(c.Dir, "main.go"))
	require.NoError(t, err)
	require.Equal(t, before, after)
	ordinary, err := Build(c)
	require.NoError(t, err)
	require.NotEqual(t, binary, ordinary)
}

func TestReservePort_LeavesOutPortsThatAreListenedOn(t *testing.T) {
	p, err := ReservePort()
	require.NoError(t, err)
	defer p.Release()
	require.NoError(t, bindable(p.Number))
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Number)))
	require.NoError(t, err, "what looked for the port no longer has it")
	defer l.Close()
	require.Error(t, bindable(p.Number))
}

func TestBuild_HasTheTagsOfTheEnvironment(t *testing.T) {
	t.Setenv(TagsVariable, "tagged")
	binary, err := BuildReplacing(chapterOne(t), "tagged", map[string]string{
		"main.go":   "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(code) }\n\nvar code = 1\n",
		"tagged.go": "//go:build tagged\n\npackage main\n\nfunc init() { code = 42 }\n",
	})
	require.NoError(t, err)
	_, err = StartBinary("tagged", binary, Options{})
	require.ErrorContains(t, err, "exit status 42")
}
