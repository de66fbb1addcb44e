package command

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/ch08/internal/config"
	"redis-internals/ch08/internal/engine"
)

func TestShutdown_SaysHow(t *testing.T) {
	for _, tc := range []struct {
		request []string
		how     config.Shutdown
	}{
		{[]string{"SHUTDOWN"}, 0},
		{[]string{"SHUTDOWN", "nosave"}, config.NoSave},
		{[]string{"SHUTDOWN", "SAVE", "Now", "FORCE"}, config.Save | config.Now | config.Force},
	} {
		reply, c := ask(t, tc.request)
		require.Empty(t, reply, "the connection closes")
		require.Equal(t, engine.CloseAfterReply, c.Closing)
		require.Equal(t, []config.Shutdown{tc.how}, c.Engine.Server.(*testServer).ended)
	}
}

func TestShutdown_RefusesWhatContradicts(t *testing.T) {
	for _, options := range [][]string{{"SAVE", "NOSAVE"}, {"ABORT", "NOW"}, {"LATER"}, {"SAVE", ""}} {
		reply, c := ask(t, append([]string{"SHUTDOWN"}, options...))
		require.Equal(t, "-ERR syntax error\r\n", reply, options)
		require.Empty(t, c.Engine.Server.(*testServer).ended)
	}
	reply, _ := ask(t, []string{"SHUTDOWN", "ABORT"})
	require.Equal(t, "-ERR No shutdown in progress.\r\n", reply)
}

func TestShutdown_TellsThatTheServerStays(t *testing.T) {
	c := newTestEngine().NewClient(1)
	c.Engine.Server.(*testServer).stays = errors.New("a full disk")
	c.Args = [][]byte{[]byte("SHUTDOWN")}
	c.Engine.Execute(&c)
	require.Equal(t, "-ERR Errors trying to SHUTDOWN. Check logs.\r\n", string(c.Reply))
	require.Equal(t, engine.StayOpen, c.Closing)
}
