package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func words(line string) (args [][]byte) {
	for _, w := range strings.Fields(line) {
		args = append(args, []byte(w))
	}
	return args
}

func TestRename_FindsACommandByItsNewNameOnly(t *testing.T) {
	table := NewTable([]Family{{"a", []Row{{Name: "get"}, {Name: "set"}, {Name: "client"}, {Name: "client|id"}, {Name: "config"}}}})
	long := strings.Repeat("LongName", 20)
	require.NoError(t, table.Rename("GET", long))
	require.NoError(t, table.Rename("client", "cl"))
	require.NoError(t, table.Rename("config", ""))
	require.NoError(t, table.Rename("set", "SET"), "its own name, in another case")
	require.Equal(t, "get", table.Find(words(strings.ToLower(long)+" x")).Name)
	require.Equal(t, "client|id", table.Find(words("CL id")).Name)
	require.Equal(t, "set", table.Find(words("set x")).Name)
	for _, gone := range []string{"get x", "client id", "config get", long + "x"} {
		require.Nil(t, table.Find(words(gone)), gone)
	}
	require.Len(t, table.Commands, 3)
	require.Len(t, table.All, 4)
	require.Len(t, table.Gone, 1)
	require.NoError(t, table.Rename(long, "get"))
	require.Equal(t, "get", table.Find(words("get x")).Name)
}

func TestRename_SaysWhatIsWrong(t *testing.T) {
	table := NewTable([]Family{{"a", []Row{{Name: "get"}, {Name: "set"}}}})
	require.EqualError(t, table.Rename("nosuch", "x"), "No such command in rename-command")
	require.EqualError(t, table.Rename("get", "SET"), "Target command name already exists")
	require.EqualError(t, table.Rename("get|x", "y"), "No such command in rename-command")
	require.NoError(t, table.Rename("get", ""))
	require.EqualError(t, table.Rename("get", "x"), "No such command in rename-command")
}

func TestFindLogged_KnowsTheRowsNamesFirst(t *testing.T) {
	table := NewTable([]Family{{"a", []Row{{Name: "get"}, {Name: "set"}, {Name: "del"}}}})
	require.Equal(t, "del", table.findLogged(words("DEL k")).Name)
	require.NoError(t, table.Rename("set", "put"))
	require.NoError(t, table.Rename("get", "set"))
	require.NoError(t, table.Rename("del", ""))
	require.Equal(t, "set", table.findLogged(words("SET k v")).Name)
	require.Equal(t, "set", table.findLogged(words("put k v")).Name)
	require.Equal(t, "del", table.findLogged(words("del k")).Name)
	require.Nil(t, table.findLogged(words("nosuch k")))
}
