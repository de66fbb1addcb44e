// cli.go: redis-cli's modes.
//
// What it prints is compared as it is, where that does not depend on time or memory; else
// numbers stand as N. Programs that go on until they are ended (monitor, subscribe, --stat)
// write to a pipe, which they would fill first: stdbuf has them write line by line.

package clients

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// pipedCommands is how many commands --pipe sends.
const pipedCommands = 1_000_000

func cliModes() []Check {
	mode := func(name string, run func(*cli)) Check {
		return Check{
			Name:    "redis-cli " + name,
			Prepare: func(string) error { return onPath("redis-cli", "stdbuf") },
			Run: func(s *server) (string, error) {
				c := &cli{server: s}
				run(c)
				return c.out.String(), c.err
			},
		}
	}
	return []Check{
		mode("one by one", oneByOne),
		mode("-3", inRESP3),
		mode("--bigkeys --memkeys --hotkeys", keySizes),
		mode("--stat --latency", latencies),
		mode("monitor, subscribe", listening),
		mode("--pipe", piping),
	}
}

func onPath(programs ...string) error {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return missing("no %s", p)
		}
	}
	return nil
}

// cli runs redis-cli and writes down what it was called with and what it printed. After an
// error nothing more is run.
type cli struct {
	server *server
	out    strings.Builder
	err    error
}

func (c *cli) arguments(args []string) []string {
	return append([]string{"-p", c.server.number(), "-a", password, "--no-auth-warning"}, args...)
}

// run is a call that ends by itself. change, if not nil, prepares the output for comparison.
func (c *cli) run(stdin io.Reader, change func(string) string, args ...string) {
	if c.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), sessionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "redis-cli", c.arguments(args)...)
	cmd.Stdin = stdin
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		c.err = fmt.Errorf("redis-cli %q: %w; it printed: %s", args, errors.Join(ctx.Err(), err), tail(printed.String()))
		return
	}
	text := printed.String()
	if change != nil {
		text = change(text)
	}
	fmt.Fprintf(&c.out, "$ redis-cli %s -> %d\n%s\n", clip(fmt.Sprintf("%q", args), 200), cmd.ProcessState.ExitCode(), strings.TrimRight(text, "\n"))
}

// each runs a line of words at a time.
func (c *cli) each(lines ...string) {
	for _, line := range lines {
		c.run(nil, nil, strings.Fields(line)...)
	}
}

func oneByOne(c *cli) {
	c.each(
		"ping", "set a 1", "get a", "get none", "--no-raw get a", "--no-raw get none", "incr a", "-r 3 incr a",
		"-r 2 -i 0.01 incr a", "rpush l x y z", "lrange l 0 -1", "--no-raw lrange l 0 -1", "--csv lrange l 0 -1",
		"--json lrange l 0 -1", "--quoted-json lrange l 0 -1", "-d ; lrange l 0 -1", "hset h f v g w", "hgetall h", "--no-raw hgetall h",
		"--json hgetall h", "zadd z 1.5 m 2 n", "zrange z 0 -1 withscores", "--csv zrange z 0 -1 withscores", "nosuch",
		"-e nosuch", "-e get", "incr l", "-n 3 set three 3", "-n 3 dbsize", "-n 99 ping", "--scan --pattern l*", "dbsize",
		"--user default --pass "+password+" ping", "--user nobody --pass x ping", "--verbose ping", "object encoding l",
		"config get maxmemory-policy", "config set nosuch 1", "acl whoami", "client getname", "blpop l 1",
	)
	c.run(strings.NewReader("every\x00byte\xff"), nil, "-x", "set", "binary")
	c.each("--no-raw get binary", "strlen binary")
	c.run(strings.NewReader("from the input"), nil, "-X", "@", "mset", "x", "@", "y", "2")
	c.each("mget x y")
	c.run(nil, nil, "--quoted-input", "set", `"a\x00key"`, `"a value"`)
	c.run(nil, nil, "--quoted-input", "get", `"a\x00key"`)
	c.run(nil, sortedLines, "--scan", "--quoted-pattern", `"[al]*"`)
	c.run(strings.NewReader("multi\nset a 1\nincr a\nlpush a x\nexec\nget a\n\n  \nget \"unbalanced\n2 incr a\nselect 3\ndbsize\nhello 3\nhgetall none\nquit\nget a\n"), withoutID)
	c.run(strings.NewReader("a megabyte: "+strings.Repeat("0123456789abcdef", 1<<16)), nil, "-x", "set", "large")
	c.each("strlen large", "getrange large 1048570 -1")
}

func inRESP3(c *cli) {
	c.each(
		"-3 ping", "-3 hset h f v g w", "-3 --no-raw hgetall h", "-3 --json hgetall h", "-3 --csv hgetall h", "-3 --no-raw sadd s 3 1 2",
		"-3 --no-raw smembers s", "-3 --json smembers s", "-3 --no-raw zadd z 1.5 m 2 n inf o", "-3 --no-raw zrange z 0 -1 withscores",
		"-3 --json zrange z 0 -1 withscores", "-3 --no-raw zscore z m", "-3 --no-raw get none", "-3 --json get none",
		"-3 --no-raw config get maxmemory-policy", "-3 --json config get maxmemory*policy", "-3 --no-raw debug protocol double",
		"-3 --no-raw debug protocol bignum", "-3 --no-raw debug protocol verbatim", "-3 --no-raw debug protocol true",
		"-3 --json debug protocol map", "-3 --no-raw debug protocol attrib", "-3 --no-raw client trackinginfo",
		"-3 --json command info get", "-3 --no-raw lcs none neither idx",
	)
	const changed = "client tracking on\nget followed\nset followed 1\nget followed\nset followed 2\nping\n"
	c.run(strings.NewReader(changed), nil, "-3", "--show-pushes", "yes")
	c.run(strings.NewReader(changed), nil, "-3", "--show-pushes", "no")
	c.run(strings.NewReader("hello 3\nhgetall h\nhello 2\nhgetall h\nmulti\nhgetall h\nexec\n"), withoutID, "--no-raw")
}

var ownID = regexp.MustCompile(`(\bid\b|\(integer\)) [0-9]+`)

// withoutID is for what HELLO tells: which client this is.
func withoutID(s string) string { return ownID.ReplaceAllString(s, "$1 N") }

// keySizes looks for keys that are the largest of their type by far.
func keySizes(c *cli) {
	c.run(strings.NewReader(manyKeys()), nil, "--pipe")
	c.run(nil, summary, "--bigkeys")
	c.run(nil, func(s string) string { return numbers.ReplaceAllString(summary(s), "N") }, "--memkeys")
	c.run(nil, summary, "--memkeys", "--memkeys-samples", "0", "-n", "5")
	c.run(nil, nil, "--hotkeys")
	// With these a use is a count of one, and is never forgotten.
	c.each("config set maxmemory-policy allkeys-lfu lfu-log-factor 0 lfu-decay-time 0", "flushall", "set hot x", "set warm y", "rpush cold z")
	c.run(nil, nil, "-r", "200", "get", "hot")
	c.run(nil, nil, "-r", "100", "get", "warm")
	c.each("object freq hot")
	c.run(nil, summary, "--hotkeys")
}

func manyKeys() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "SET text:%d %d\r\nRPUSH list:%d a b\r\nHSET hash:%d f v\r\nSADD set:%d a\r\nZADD zset:%d 1 a\r\n", i, i, i, i, i, i)
	}
	fmt.Fprintf(&b, "SET large %s\r\n", strings.Repeat("x", 20000))
	for i := range 1000 {
		fmt.Fprintf(&b, "RPUSH longest a%d\r\nHSET widest f%d v\r\nSADD fullest m%d\r\nZADD highest %d m%d\r\n", i, i, i, i, i)
	}
	return b.String()
}

var numbers = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

// summary drops what depends on the order in which keys are found.
func summary(s string) string {
	_, after, _ := strings.Cut(s, "-------- summary -------")
	return sortedLines(after)
}

func sortedLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// latencies are numbers of which only the shape can be compared.
func latencies(c *cli) {
	shape := func(s string) string { return numbers.ReplaceAllString(s, "N") }
	c.run(nil, shape, "--latency", "-i", "0.1")
	c.run(nil, shape, "--latency", "--csv", "-i", "0.1")
	c.run(nil, func(s string) string {
		_, last, _ := strings.Cut(s, "\n\n")
		return shape(last)
	}, "--intrinsic-latency", "1")
	columns := func(line string) string { return fmt.Sprintf("%d columns", len(strings.Fields(line))) }
	c.listen("stat", []string{"--stat", "-i", "0.05"}, 5, nil, func(line string) string {
		if strings.Contains(line, "requests") || strings.Contains(line, "keys") {
			return line
		}
		return columns(line)
	})
	c.listen("history", []string{"--no-raw", "--latency-history", "-i", "0.1"}, 2, nil, func(line string) string {
		return shape(line[strings.LastIndexByte(line, 'K')+1:]) // what is before it has been overwritten
	})
}

// listening sees what other clients do.
func listening(c *cli) {
	c.listen("monitor", []string{"monitor"}, 11, func() {
		c.each("set watched 1", "--no-raw get watched", "nosuch", "-n 3 del x")
		c.run(strings.NewReader("\"\x00\n"), nil, "-x", "append", "watched")
	}, func(line string) string {
		return regexp.MustCompile(`^[0-9.]+ \[(\d+) [0-9.:]+\]`).ReplaceAllString(line, "[$1]")
	})
	c.listen("subscribe", []string{"subscribe", "news", "more"}, 9, func() {
		c.each("publish news one", "publish nobody x")
	}, nil)
	c.listen("psubscribe", []string{"--csv", "psubscribe", "n?ws"}, 3, func() { c.each("publish news two") }, nil)
	c.listen("events", []string{"psubscribe", "__key*"}, 3+4*6, func() {
		c.each("config set notify-keyspace-events KEA", "set seen 1", "expire seen 100", "del seen")
	}, nil)
}

// listen starts a call that does not end by itself, does something once it has said that it
// listens, and takes as many lines as are wanted.
func (c *cli) listen(step string, args []string, lines int, meanwhile func(), change func(string) string) {
	if c.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), sessionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "stdbuf", append([]string{"-oL", "redis-cli"}, c.arguments(args)...)...)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.err = err
		return
	}
	var seen []string
	in := bufio.NewReader(stdout)
	for len(seen) < lines {
		line, err := in.ReadString('\n')
		if err != nil {
			c.err = fmt.Errorf("redis-cli %q: %w after %d lines: %q", args, err, len(seen), seen)
			break
		}
		line = strings.TrimSuffix(line, "\n")
		if change != nil {
			line = change(line)
		}
		seen = append(seen, line)
		if meanwhile != nil && (line == "OK" || strings.Contains(line, "subscribe")) {
			meanwhile()
			meanwhile = nil
		}
	}
	cancel()
	_ = cmd.Wait()
	fmt.Fprintf(&c.out, "%s:\n%s\n", step, strings.Join(seen, "\n"))
}

// piping sends a million commands, ten of them wrong.
func piping(c *cli) {
	read, write := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(write, 1<<16)
		for i := range pipedCommands {
			if i%(pipedCommands/10) == 7 {
				fmt.Fprint(w, "*2\r\n$4\r\nINCR\r\n$4\r\nlist\r\n")
				continue
			}
			key := fmt.Sprint("key:", i)
			fmt.Fprintf(w, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$5\r\nvalue\r\n", len(key), key)
		}
		write.CloseWithError(w.Flush())
	}()
	c.each("config set appendfsync everysec", "lpush list a")
	c.run(read, nil, "--pipe")
	read.Close()
	c.each("dbsize", "get key:999999", "exists key:7")
	c.run(strings.NewReader("SET inline 1\r\nGET inline\r\n"), nil, "--pipe", "--pipe-timeout", "30")
}

// within runs a program that ends by itself, and returns what it printed.
func within(limit time.Duration, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %q: %w; it printed:\n%s", program, args, errors.Join(ctx.Err(), err), tail(string(out)))
	}
	return string(out), nil
}
