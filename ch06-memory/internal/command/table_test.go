package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIndex_FindsEveryCommandInAnyCase(t *testing.T) {
	table := newTable(families)
	for _, cmd := range table.commands {
		require.Same(t, cmd, table.index.lookup([]byte(cmd.Name)))
		require.Same(t, cmd, table.index.lookup([]byte(strings.ToUpper(cmd.Name))))
		for _, sub := range cmd.subcommands {
			require.Same(t, sub, table.findName([]byte(strings.ToUpper(sub.Name))))
		}
	}
}

// The fold is exact: bytes that differ from a letter in the same bit as its
// case does are other names.
func TestIndex_FindsNothingElse(t *testing.T) {
	table := newTable(families)
	for _, name := range []string{"", "p", "pin", "pingg", "ping\x00", "\x10ing", "PIN\x07", "pi\xceg", "client|id", strings.Repeat("p", 23), strings.Repeat("p", 24), strings.Repeat("p", 1000)} {
		require.Nil(t, table.index.lookup([]byte(name)), "%q", name)
	}
}

func TestToLower_ChangesCapitalLettersOnly(t *testing.T) {
	for b := range 256 {
		want := byte(b)
		if b >= 'A' && b <= 'Z' {
			want += 'a' - 'A'
		}
		for shift := 0; shift < 64; shift += 8 {
			const around = 0x8041ff5a007f5b40 // neighbours must not carry into it
			w := around&^(0xff<<shift) | uint64(b)<<shift
			require.Equal(t, want, byte(toLower(w)>>shift), "byte %#x at bit %d", b, shift)
		}
	}
}

func TestIndex_HoldsManyNamesOfAllLengths(t *testing.T) {
	var commands []*Command
	for i := range 500 {
		name := strings.Repeat("x", i%15) + fmt.Sprint(i)
		commands = append(commands, &Command{Row: Row{Name: name}})
	}
	x := newIndex(commands)
	for _, cmd := range commands {
		require.Same(t, cmd, x.lookup([]byte(cmd.Name)))
	}
	require.Nil(t, x.lookup([]byte("500")))
}

func TestNewTable_RefusesTwoRowsOfOneName(t *testing.T) {
	require.Panics(t, func() {
		newTable([]family{{"a", []Row{{Name: "x"}}}, {"b", []Row{{Name: "x"}}}})
	})
}

// The rows' constants and the names that COMMAND prints for them must not run
// apart.
func TestFlags_EachHasAName(t *testing.T) {
	require.Equal(t, len(flagNames), bitsOf(NoAsyncLoading))
	require.Equal(t, len(categoryNames), bitsOf(ACLConnection))
	for _, cmd := range newTable(families).commands {
		require.Less(t, cmd.Flags, Flags(1)<<len(flagNames), cmd.Name)
		require.NotEmpty(t, cmd.Doc.Summary, cmd.Name)
		require.NotZero(t, cmd.Arity, cmd.Name)
	}
}

func bitsOf[T Flags | Category](last T) (n int) {
	for ; last != 0; last >>= 1 {
		n++
	}
	return n
}

func BenchmarkLookup(b *testing.B) {
	table := newTable(families)
	name := []byte("PING")
	for b.Loop() {
		table.index.lookup(name)
	}
}
