// tools.go: redis-benchmark's list of tests, and the exporter for Prometheus.

package clients

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"redis-internals/common/harness"
)

func tools() []Check {
	list := []Check{{
		Name:    "prometheus-redis-exporter",
		Prepare: func(string) error { return onPath("prometheus-redis-exporter") },
		Run:     scrape,
	}}
	for _, args := range [][]string{
		{"-c", "50"},
		{"-P", "16"},
		{"--threads", "2", "-P", "64", "-r", "10000"},
		{"-3", "-t", "ping,set,get,hset,zadd"},
		{"-d", "10000", "-t", "set,get"},
		{"-r", "1000", "zadd", "z", "__rand_int__", "member:__rand_int__"},
	} {
		list = append(list, Check{
			Name:    "redis-benchmark " + strings.Join(args, " "),
			Prepare: func(string) error { return onPath("redis-benchmark") },
			Run:     func(s *server) (string, error) { return benchmark(s, args) },
		})
	}
	return list
}

// benchmark returns the names of the tests that gave a figure.
func benchmark(s *server, args []string) (string, error) {
	args = append([]string{"-p", s.number(), "-a", password, "-n", "2000", "--csv"}, args...)
	out, err := within(sessionTime, "redis-benchmark", args...)
	if err != nil {
		return out, err
	}
	var names []string
	for line := range strings.Lines(out) {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil || len(fields) < 2 { // a warning, or an error that came in the place of a reply
			return out, fmt.Errorf("redis-benchmark printed: %s", line)
		}
		if _, err := strconv.ParseFloat(fields[1], 64); err != nil && len(names) > 0 {
			return out, fmt.Errorf("redis-benchmark printed: %s", line)
		}
		names = append(names, fields[0])
	}
	if len(names) < 2 {
		return out, errors.New("redis-benchmark named no test")
	}
	return strings.Join(names, "\n") + "\n", nil
}

// onlyRedis are figures of what chapter 8 does not have: RDB files, scripts, a thread that is
// the loop's.
var onlyRedis = regexp.MustCompile(`^redis_(rdb_|cpu_(sys|user)_main_thread_|cached_scripts|number_of_cached_scripts|number_of_functions|.*_script|.*_rdb)`)

// scrape returns the names of the figures that the exporter finds.
func scrape(s *server) (string, error) {
	port, err := harness.ReservePort()
	if err != nil {
		return "", err
	}
	defer port.Release()
	listen := "127.0.0.1:" + strconv.Itoa(port.Number)
	ctx, cancel := context.WithTimeout(context.Background(), sessionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "prometheus-redis-exporter", "-web.listen-address", listen,
		"-redis.addr", "redis://"+s.process.Addr, "-redis.password", password, "-debug",
		"-check-keys", "db0=exported*", "-check-single-keys", "db0=exported-list", "-include-system-metrics", "-export-client-list", "-ping-on-connect")
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return "", err
	}
	c := &cli{server: s}
	c.each("rpush exported-list a b c", "set exported-text x", "get nothing", "incr exported-list", "-n 3 set x y ex 1000")
	var text string
	for text == "" && ctx.Err() == nil {
		if text, err = get("http://" + listen + "/metrics"); err != nil {
			time.Sleep(10 * time.Millisecond)
		}
	}
	cancel()
	_ = cmd.Wait()
	if err := errors.Join(err, c.err); err != nil {
		return "", fmt.Errorf("%w\n%s", err, tail(log.String()))
	}
	var names []string
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, labels, _ := strings.Cut(name, "{")
		switch {
		case name == "redis_up", strings.HasPrefix(name, "redis_exporter_last_scrape_error"),
			strings.HasPrefix(name, "redis_key"), strings.HasPrefix(name, "redis_db_keys"):
			names = append(names, strings.TrimSpace(line)) // with the value
		case strings.HasPrefix(name, "redis_commands_"), strings.HasPrefix(name, "redis_errors_"):
			names = append(names, name+"{"+labels)
		case strings.HasPrefix(name, "redis_") && !onlyRedis.MatchString(name):
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if !slices.Contains(names, "redis_up 1") || !slices.Contains(names, `redis_exporter_last_scrape_error{err=""} 0`) {
		return "", fmt.Errorf("the exporter had an error:\n%s", tail(log.String()))
	}
	return strings.Join(names, "\n") + "\n", nil
}

func get(url string) (string, error) {
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}
