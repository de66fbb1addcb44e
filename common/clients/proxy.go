// proxy.go: several servers behind one proxy, as examples/sharding has them.
//
//	client -> nutcracker -> shard-1   murmur(key) on a ring of points, each shard's at
//	                     -> shard-2   places that its name gives: the same key goes to the
//	                     -> shard-3   same shard, whoever the servers are
//
// The sessions' part about single keys passes through it, and the keys end up on the same
// shards.

package clients

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"redis-internals/common/harness"
)

// The ports in the example's configuration: the proxy's, and the servers'.
var (
	proxyPort  = "127.0.0.1:22121"
	shardPorts = []string{"127.0.0.1:7301", "127.0.0.1:7302", "127.0.0.1:7303"}
)

// proxies has the sessions that send nothing which the proxy does not know.
func proxies(root string) []Check {
	source := filepath.Join(root, "common", "clients", "sessions")
	config := filepath.Join(root, "examples", "sharding", "nutcracker.yml")
	list := filepath.Join(source, "single.txt")
	behind := func(name string, prepare func(dir string) ([]string, error)) Check {
		var argv []string
		return Check{
			Name: "nutcracker: " + name,
			Prepare: func(dir string) error {
				// It is a daemon, which Debian has where only root's path leads.
				err := errors.Join(os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin"), onPath("nutcracker", "redis-cli"))
				if err == nil {
					argv, err = prepare(dir)
				}
				return err
			},
			Run: func(s *server) (string, error) { return sharded(s, config, append(argv[:len(argv):len(argv)], list)) },
		}
	}
	return []Check{
		behind("redigo", func(dir string) ([]string, error) { return buildGo(filepath.Join(source, "go"), dir, "redigo") }),
		behind("hiredis", func(dir string) ([]string, error) { return buildC(filepath.Join(source, "hiredis.c"), dir) }),
		behind("redis-py", func(string) ([]string, error) { return python(source) }),
	}
}

// sharded starts two more servers like s, the proxy before the three, and the session; its
// list of requests is argv's last word. The transcript ends with how many keys each has.
func sharded(s *server, config string, argv []string) (transcript string, err error) {
	shards := []*server{s}
	for range shardPorts[1:] {
		another, err := s.kind.start()
		if err != nil {
			return "", err
		}
		defer another.close()
		shards = append(shards, another)
	}
	text, err := os.ReadFile(config)
	if err != nil {
		return "", err
	}
	var ports [2]*harness.Port // the proxy's, and that of its figures
	for i := range ports {
		if ports[i], err = harness.ReservePort(); err != nil {
			return "", err
		}
		defer ports[i].Release()
	}
	front := fmt.Sprintf("127.0.0.1:%d", ports[0].Number)
	replace := []string{proxyPort, front}
	for i, shard := range shards {
		replace = append(replace, shardPorts[i], shard.process.Addr)
	}
	file := filepath.Join(s.dir, "nutcracker.yml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o644); err != nil {
		return "", err
	}
	call := fmt.Sprintf("exec nutcracker -c %s -a 127.0.0.1 -s %d -m 65536", file, ports[1].Number)
	proxy, err := harness.StartBinary("nutcracker", "nutcracker", harness.Options{
		Port: ports[0], Wrap: []string{"sh", "-c", call}, // what follows is a server's, and the shell's to ignore
	})
	if err != nil {
		return "", err
	}
	defer proxy.Kill()
	port := fmt.Sprint(ports[0].Number)
	last := len(argv) - 1
	transcript, err = converse(s, append(argv[:last:last], port, password, "2", argv[last]))
	if err != nil {
		return transcript, fmt.Errorf("%w\n%s", err, tail(proxy.Log()))
	}
	c := &cli{}
	for _, shard := range shards {
		c.server = shard
		c.each("dbsize")
		c.run(nil, sortedLines, "--scan", "--pattern", "p:99*")
	}
	return transcript + c.out.String(), errors.Join(c.err, err)
}
