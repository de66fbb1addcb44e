package harness

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommand_MapsFlags(t *testing.T) {
	c := Command{Flags: map[string]string{"appendonly": "--aof={value}", "appendfsync": ""}}
	require.Equal(t, []string{"--aof=yes", "--maxkeys", "10"}, c.Map([]string{"--appendonly", "yes", "--appendfsync", "always", "--maxkeys", "10"}))
	require.Equal(t, []string{"--save", "'a b'"}, c.Map([]string{"--save", "a b"}))
}

func TestCommand_FindsFilesWhereItWasTyped(t *testing.T) {
	here := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(here, "my.py"), nil, 0o600))
	require.Equal(t, "python3 "+here+"/my.py --port {port} other.py", absolute("python3 my.py --port {port} other.py", here))
}

func TestCommand_StartsAndEndsAllThatTheShellHasStarted(t *testing.T) {
	if _, err := os.Stat("/usr/bin/python3"); err != nil {
		t.Skip("there is no python3")
	}
	const server = `import socket,sys,time
s=socket.create_server(("127.0.0.1",int(sys.argv[1])))
s.listen()
print("ready",flush=True)
time.sleep(1000)`
	script := filepath.Join(t.TempDir(), "server.py")
	require.NoError(t, os.WriteFile(script, []byte(server), 0o600))
	for _, line := range []string{"python3 " + script + " {port}", "true && python3 " + script + " {port}; true"} {
		s, err := Command{Name: "mine", Line: line}.Start(Options{})
		require.NoError(t, err)
		s.Kill()
		_, err = net.Dial("tcp", s.Addr)
		require.Error(t, err, "nobody listens any more: %s", line)
	}
	_, err := Command{Line: "true"}.Start(Options{})
	require.ErrorIs(t, err, ErrNoPort)
}
