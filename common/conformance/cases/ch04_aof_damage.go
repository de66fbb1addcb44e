// ch04_aof_damage.go: logs in which bytes have changed, which are refused.

package cases

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"redis-internals/common/conformance"
)

// aofDamage is logs in which bytes have changed: a server that loaded them
// would serve other data than was written. It says where, and does not start.
func aofDamage() list {
	const silent = "Redis does not look at every byte of a log"
	rows := list{
		{Name: "a log that does not hold commands is refused", Run: refusesLog("hello world\n", incr1)},
		{Name: "an unknown command in a log is refused by name", Run: refusesLog(whole+cmd("NOSUCH", "a")+whole, "NOSUCH", incr1)},
		{Name: "a command of no words in a log is refused", Run: refusesLog(whole+"*0\r\n"+whole, incr1)},
		{Name: "a line in a log that is no array is refused", Run: refusesLog(whole+"SET a 1\r\n"+whole, incr1)},
		{Name: "a torn file that is not the last is refused", Run: tornNotLast},
		{Name: "a torn base is refused, though nothing was written after it", Run: tornBase},
		{Name: "damage in the base is refused, too", Run: damagedBase},
		{Name: "a wrong number of arguments in a log is refused", StageOnly: "Redis does not count the arguments in a log", Run: refusesLog(whole+cmd("SET", "a")+whole, "offset "+strconv.Itoa(len(whole)), incr1)},
		{Name: "a command in a log that is not about data is refused by name", StageOnly: "Redis executes it", Run: refusesLog(whole+cmd("BGREWRITEAOF")+whole, "bgrewriteaof", "offset "+strconv.Itoa(len(whole)), incr1)},
		{Name: "a command in a log that fails is refused", StageOnly: "Redis does not look at the replies", Run: refusesLog(whole+cmd("SET", "a", "1", "FOO")+whole, "offset "+strconv.Itoa(len(whole)), incr1)},
		{Name: "another database in a log is refused", Until: 4, NotRedis: "the stages have one database until chapter 5", Run: refusesLog(whole+cmd("SELECT", "1")+whole, "SELECT", incr1)},
		{Name: "a tail that is cut in a value which holds commands is cut off", Run: tornValue},
		{Name: "an RDB file as the base is refused, with a way out", StageOnly: "Redis loads it", Run: refusesRDB},
		{Name: "a changed byte of a log's frame is found", StageOnly: silent, Run: findsChangedBytes},
		{Name: "a length in a log that reaches beyond its end is no torn tail where commands follow", StageOnly: "Redis cuts off all that follows", Run: refusesLog(whole+"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100000\r\n1\r\n"+whole, "offset "+strconv.Itoa(len(whole)), incr1)},
		{Name: "zeros at a log's end are refused", Run: refusesLog(whole+strings.Repeat("\x00", 100), incr1)},
		{Name: "a file that the manifest names and is missing is refused by name", Run: refusesManifest(named1+"file appendonly.aof.2.incr.aof seq 2 type i\n", "appendonly.aof.2.incr.aof")},
		{Name: "a manifest that names no files is refused", Run: refusesManifest("", "manifest")},
	}
	for _, m := range []struct{ is, text string }{
		{"is garbage", "hello\n"},
		{"has a line without a type", "file " + base1 + " seq 1 type\n"},
		{"has an unknown type", "file " + base1 + " seq 1 type x\n"},
		{"has a sequence number of zero", "file " + base1 + " seq 0 type b\n"},
		{"has no sequence number", "file " + base1 + " type b\n"},
		{"names two bases", "file " + base1 + " seq 1 type b\n" + named1},
		{"has incremental files in a wrong order", "file " + incr1 + " seq 2 type i\nfile " + incr1 + " seq 1 type i\n"},
		{"names a path", "file ../x seq 1 type b\n"},
		{"has an empty line", named1 + "\n"},
		{"has quotes that are not closed", "file \"" + base1 + " seq 1 type b\n"},
		{"is torn", named1[:len(named1)-1]},
	} {
		rows = append(rows, conformance.Case{Name: "a manifest that " + m.is + " is refused", Run: refusesManifest(m.text, "anifest")})
	}
	return in(4, lesson4AOF, rows)
}

func refusesManifest(text string, words ...string) func(*T) {
	return func(t *T) {
		d := newDisk(t)
		d.writeLog(whole)
		d.write(manifest, text)
		d.refuses(words...)
		require.Equal(t, text, d.read(manifest))
		require.Equal(t, whole, d.read(incr1))
	}
}

func tornNotLast(t *T) {
	for _, n := range []int{1, 20, len(torn) - 1} {
		d := newDisk(t)
		d.writeLog(whole + torn[:n])
		d.write("appendonly.aof.2.incr.aof", whole)
		d.write(manifest, named1+"file appendonly.aof.2.incr.aof seq 2 type i\n")
		d.refuses(incr1)
	}
}

// tornValue has a last command that is not whole, and whose value has whole
// commands in it, with something else behind them.
func tornValue(t *T) {
	value := "text\r\n" + cmd("DEL", "b") + cmd("DEL", "b") + "and more\r\n"
	set := cmd("SET", "c", value)
	for _, n := range []int{2, 3, 8, 10} {
		d := newDisk(t)
		d.writeLog(whole + set[:len(set)-n])
		_, c := d.start()
		speak(c, plain, "GET b", bulk("2"), "GET c", nilBulk)
		require.Equal(t, whole, d.read(incr1))
	}
}

func tornBase(t *T) {
	d := newDisk(t)
	d.writeLog("")
	d.write(base1, whole+torn[:20])
	d.refuses(base1)
}

func damagedBase(t *T) {
	d := newDisk(t)
	d.writeLog(whole)
	d.write(base1, whole+"+"+whole)
	d.refuses(base1)
}

func refusesRDB(t *T) {
	d := newDisk(t)
	d.writeLog(whole)
	d.write(base1, "REDIS0010\xfa\x09redis-ver\x067.0.15\xfa\x0aredis-bits\xc0\x40\xff\x00\x00\x00\x00\x00\x00\x00\x00")
	d.refuses(base1, "RDB", "aof-use-rdb-preamble no")
}

// findsChangedBytes changes each byte of a command's frame and name, in two
// ways, in the middle of a log. The server says where, no farther off than that
// command's length.
func findsChangedBytes(t *T) {
	command := cmd("SET", "k", "v", "PXAT", year2100+"001")
	type change struct {
		at   int
		mask byte
	}
	changes := make(chan change, 2*len(command))
	for at := range command {
		if isFrame(command, at) {
			changes <- change{at, 0x01} // a letter to the next, a digit to another
			changes <- change{at, 0x40} // a letter to no letter
		}
	}
	close(changes)
	place := regexp.MustCompile(`offset (\d+)`)
	for range 4 {
		t.Go(func() {
			for ch := range changes {
				b := []byte(command)
				b[ch.at] ^= ch.mask
				d := newDisk(t)
				d.writeLog(whole + string(b) + whole)
				changed := fmt.Sprintf("byte %d changed from %q to %q", ch.at, command[ch.at], b[ch.at])
				found := place.FindStringSubmatch(d.refuses(incr1))
				require.NotNil(t, found, "the offset is said; %s", changed)
				offset, err := strconv.Atoi(found[1])
				require.NoError(t, err)
				require.GreaterOrEqual(t, offset, len(whole), changed)
				require.LessOrEqual(t, offset, len(whole)+len(command), changed)
			}
		})
	}
}

// isFrame says whether a byte of a command is not in a key, a value or a time.
func isFrame(command string, at int) bool {
	for _, content := range []string{"\nk\r", "\nv\r", "\n" + year2100 + "001\r"} {
		if i := strings.Index(command, content); i < at && at < i+len(content)-1 {
			return false
		}
	}
	return true
}
