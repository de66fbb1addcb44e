// ch04_aof_manifest.go: a folder and its manifest that do not fit together.

package cases

import (
	"fmt"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
)

// aofManifest is manifests that are lost or changed. The files of data are whole:
// what the server must not do is begin without them, or delete one.
func aofManifest() list {
	return in(4, lesson4AOF, list{
		{Name: "a log whose manifest is lost is refused, and left as it is", NotRedis: "it starts without the data, writes over the base, and appends to the incremental file", Run: refusesLostManifest},
		{Name: "a manifest that lost the line of a file with data is refused, with the file's name", NotRedis: "it starts without the file's data", Run: refusesLostLine},
		{Name: "a manifest in which a needed file became history is refused, and deletes nothing", NotRedis: "it deletes the file", Run: refusesManifest("file "+base1+" seq 1 type b\nfile "+incr1+" seq 1 type h\n", manifest, incr1)},
		{Name: "a manifest whose sequence number is not the name's is refused", NotRedis: "it does not look at the names", Run: refusesManifest("file "+base1+" seq 1 type b\nfile "+incr1+" seq 2 type i\n", manifest, incr1)},
		{Name: "history is deleted after the load", Run: deletesHistory},
	})
}

func refusesLostManifest(t *T) {
	d := newDisk(t)
	s, c := d.start()
	for i := range 100 {
		speak(c, plain, fmt.Sprintf("SET k%d v", i), done)
	}
	s.Kill()
	text, log := d.read(manifest), d.read(incr1)
	require.NoError(t, os.Remove(d.file(manifest)))
	d.refuses(manifest, incr1)
	require.Equal(t, []string{base1, incr1}, d.names())
	require.Equal(t, log, d.read(incr1))
	d.write(manifest, text)
	_, c = d.start()
	require.Len(t, dump(c), 100, "with the manifest back, all is there")
}

func refusesLostLine(t *T) {
	d := newDisk(t)
	const incr2 = "appendonly.aof.2.incr.aof"
	for _, lost := range []string{incr1, incr2} {
		d.writeLog(whole)
		d.write(incr2, whole)
		text := named1 + "file " + incr2 + " seq 2 type i\n"
		line := text[strings.Index(text, "file "+lost):]
		d.write(manifest, strings.Replace(text, line[:strings.Index(line, "\n")+1], "", 1))
		d.refuses(manifest, lost)
		require.Equal(t, whole, d.read(incr1))
		require.Equal(t, whole, d.read(incr2))
	}
}

// deletesHistory starts where a rewrite was killed before it deleted what it had
// replaced; first with a log that cannot be loaded, and then nothing is deleted.
func deletesHistory(t *T) {
	const base2, incr2 = "appendonly.aof.2.base.aof", "appendonly.aof.2.incr.aof"
	d := newDisk(t)
	d.writeLog(cmd("SET", "old", "1"))
	d.write(base2, cmd("SET", "a", "1"))
	d.write(incr2, "garbage")
	d.write(manifest, "file "+base2+" seq 2 type b\nfile "+incr1+" seq 1 type h\nfile "+base1+" seq 1 type h\nfile "+incr2+" seq 2 type i\n")
	d.refuses(incr2)
	require.Equal(t, []string{base1, incr1, base2, incr2, manifest}, d.names())
	d.write(incr2, cmd("SET", "b", "2"))
	_, c := d.start()
	require.Equal(t, []entry{{"a", "1", -1}, {"b", "2", -1}}, dump(c))
	d.awaitGeneration(2)
}
