// gctrace.go: what a Go program prints of its garbage collector.
//
//	gc 7 @1.234s 3%: 0.026+9.1+0.010 ms clock, 0.053+0.2/9.0/0.4+0.020 ms cpu, 90->95->48 MB, ...
//	                 ^^^^^     ^^^^^           ^^^^^ ^^^ ^^^ ^^^ ^^^^^
//	                 stopped   stopped         stopped | | | idle  stopped
//	                                       programs' help  workers
//
// One line is one pass. The program stands still in its first and last part. What
// idle workers take nobody else wanted. Source: package runtime, "gctrace".

package machine

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Collections is what the garbage collector did during a measurement.
type Collections struct {
	Count   int           `json:"count"`
	Paused  time.Duration `json:"paused_ns"` // together
	Longest time.Duration `json:"longest_ns"`
	CPU     time.Duration `json:"cpu_ns"` // without that of idle workers
}

var (
	gcBegins = regexp.MustCompile(`^gc \d+ @`)
	gcLine   = regexp.MustCompile(`^gc \d+ @[\d.]+s \d+%: ([\d.]+)\+[\d.]+\+([\d.]+) ms clock, ([\d.]+)\+([\d.]+)/([\d.]+)/[\d.]+\+([\d.]+) ms cpu, `)
)

// ParseGCTrace adds up the passes in a log; all other lines it skips.
func ParseGCTrace(log string) (c Collections, err error) {
	for line := range strings.Lines(log) {
		if !gcBegins.MatchString(line) || !strings.HasSuffix(line, "\n") {
			continue
		}
		m := gcLine.FindStringSubmatch(line)
		if m == nil {
			return c, fmt.Errorf("a line of its garbage collector that we cannot read: %q", line)
		}
		var ms [6]time.Duration
		for i := range ms {
			f, err := strconv.ParseFloat(m[1+i], 64)
			if err != nil {
				return c, fmt.Errorf("a line of its garbage collector that we cannot read: %q", line)
			}
			ms[i] = time.Duration(f * float64(time.Millisecond))
		}
		c.Count++
		c.Paused += ms[0] + ms[1]
		c.Longest = max(c.Longest, ms[0], ms[1])
		c.CPU += ms[2] + ms[3] + ms[4] + ms[5]
	}
	return c, nil
}
