// ch04_aof_manifest.go: a folder and its manifest that do not fit together.

package cases

import (
	"fmt"
	"os"

	"github.com/stretchr/testify/require"
)

// aofManifest is manifests that are lost or changed. The files of data are whole:
// what the server must not do is begin without them, or delete one.
func aofManifest() list {
	return in(4, lesson4AOF, list{
		{Name: "a log whose manifest is lost is refused, and left as it is", NotRedis: "it starts without the data, writes over the base, and appends to the incremental file", Run: refusesLostManifest},
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
