// sessions.go: which sessions there are.
//
//	client      language   protocols   from
//	go-redis    Go         2, 3        Go modules
//	redigo      Go         2           Go modules
//	rueidis     Go         2, 3        Go modules
//	ioredis     Node.js    2, 3        npm
//	node-redis  Node.js    2, 3        npm
//	redis-py    Python     2           Debian: python3-redis
//	hiredis     C          2           Debian: libhiredis-dev
//	redis-rb    Ruby       2           Debian: ruby-redis
//	Redis       Perl       2           Debian: libredis-perl
//	phpredis    PHP        2           Debian: php-redis
//
// jedis and lettuce are in neither Debian nor the registries that are used here.

package clients

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// sessions returns a check for each client and protocol. Their programs lie below source.
func sessions(source string) []Check {
	var list []Check
	add := func(name string, prepare func(dir string) (argv []string, err error), protocols ...int) {
		var argv []string
		var err error
		for _, protocol := range protocols {
			list = append(list, Check{
				Name: fmt.Sprintf("%s RESP%d", name, protocol),
				Prepare: func(dir string) error {
					if argv == nil && err == nil {
						argv, err = prepare(dir)
					}
					return err
				},
				Run: func(s *server) (string, error) {
					return converse(s, append(argv[:len(argv):len(argv)],
						s.number(), password, strconv.Itoa(protocol), filepath.Join(source, "commands.txt")))
				},
			})
		}
	}
	golang := func(name string) func(string) ([]string, error) {
		return func(dir string) ([]string, error) { return buildGo(filepath.Join(source, "go"), dir, name) }
	}
	node := func(file string) func(string) ([]string, error) {
		return func(dir string) ([]string, error) { return installNode(filepath.Join(source, "node"), dir, file) }
	}
	script := func(file string, probe ...string) func(string) ([]string, error) {
		return func(string) ([]string, error) { return interpret(filepath.Join(source, file), probe) }
	}
	add("go-redis", golang("goredis"), 2, 3)
	add("redigo", golang("redigo"), 2)
	add("rueidis", golang("rueidis"), 2, 3)
	add("ioredis", node("ioredis.mjs"), 2, 3)
	add("node-redis", node("node-redis.mjs"), 2, 3)
	add("redis-py", func(string) ([]string, error) { return python(source) }, 2)
	add("hiredis", func(dir string) ([]string, error) { return buildC(filepath.Join(source, "hiredis.c"), dir) }, 2)
	add("redis-rb", script("session.rb", "ruby", "-e", "require 'redis'"), 2)
	add("Perl's Redis", script("session.pl", "perl", "-MRedis", "-e", "1"), 2)
	add("phpredis", script("session.php", "php", "-r", "exit(extension_loaded('redis') ? 0 : 1);"), 2)
	return list
}

// python calls the session in Python. Debian's modules are those of its own interpreter,
// which need not be the first on the path.
func python(source string) ([]string, error) {
	file := filepath.Join(source, "session.py")
	argv, err := interpret(file, []string{"python3", "-c", "import redis"})
	if err != nil {
		argv, err = interpret(file, []string{"/usr/bin/python3", "-c", "import redis"})
	}
	return argv, err
}

// interpret calls a script, if its interpreter and the client's module are there: if the
// probe succeeds, whose first word is the interpreter.
func interpret(file string, probe []string) ([]string, error) {
	if _, err := exec.LookPath(probe[0]); err != nil {
		return nil, missing("no %s", probe[0])
	}
	if err := exec.Command(probe[0], probe[1:]...).Run(); err != nil {
		return nil, missing("%s has no such client", probe[0])
	}
	return []string{probe[0], file}, nil
}

// buildGo compiles one of the Go sessions. They are a module of their own, outside of the
// workspace: nothing else here needs what they import.
func buildGo(module, dir, name string) ([]string, error) {
	run := func(args ...string) ([]byte, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
		return cmd.CombinedOutput()
	}
	if out, err := run("mod", "download"); err != nil {
		return nil, missing("its modules cannot be had: %s", firstLine(out))
	}
	binary := filepath.Join(dir, name)
	if out, err := run("build", "-o", binary, "./"+name); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return []string{binary}, nil
}

// installNode copies the sessions beside the packages that their lock file names, which npm
// installs unless it has done so already.
func installNode(source, dir, file string) ([]string, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, missing("no %s", program)
		}
	}
	dir = filepath.Join(dir, "node")
	lock, err := os.ReadFile(filepath.Join(source, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	stamp := filepath.Join(dir, "installed.json")
	if have, _ := os.ReadFile(stamp); !bytes.Equal(have, lock) {
		if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(source))); err != nil {
			return nil, err
		}
		cmd := exec.Command("npm", "ci", "--omit=dev", "--no-audit", "--no-fund")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, missing("its packages cannot be had: %s", firstLine(out))
		}
		if err := os.WriteFile(stamp, lock, 0o644); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(filepath.Join(source, file))
	if err != nil {
		return nil, err
	}
	program := filepath.Join(dir, file)
	return []string{"node", program}, os.WriteFile(program, text, 0o644)
}

// buildC compiles the session in C with what the library's package says.
func buildC(file, dir string) ([]string, error) {
	if _, err := exec.LookPath("cc"); err != nil {
		return nil, missing("no cc")
	}
	binary := filepath.Join(dir, "hiredis")
	cmd := exec.Command("cc", "-E", "-include", "hiredis/hiredis.h", "-x", "c", os.DevNull, "-o", os.DevNull)
	if err := cmd.Run(); err != nil {
		return nil, missing("no hiredis/hiredis.h")
	}
	if out, err := exec.Command("cc", "-Wall", "-Werror", "-o", binary, file, "-lhiredis").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compiling %s: %w\n%s", file, err, out)
	}
	return []string{binary}, nil
}

func firstLine(out []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	return clip(string(line), 200)
}
