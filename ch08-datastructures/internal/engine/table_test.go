package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
		NewTable([]Family{{"a", []Row{{Name: "x"}}}, {"b", []Row{{Name: "x"}}}})
	})
}

// The rows' constants and the names that COMMAND prints for them must not run
// apart.
func TestFlags_EachHasAName(t *testing.T) {
	require.Equal(t, len(flagNames), bitsOf(AllowBusy))
	require.Equal(t, len(categoryNames), bitsOf(ACLScripting))
	require.Equal(t, []string{"write", "allow_busy"}, (Write | AllowBusy | Brief).Names())
}

func bitsOf[T Flags | Category | KeyFlags](last T) (n int) {
	for ; last != 0; last >>= 1 {
		n++
	}
	return n
}
