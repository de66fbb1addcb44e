// options_slow.go: the settings of what is kept of slow commands (SLOWLOG, LATENCY, INFO
// latencystats).

package config

import (
	"math"
	"strconv"
	"strings"
)

var slowOptions = []option{
	{
		"slowlog-log-slower-than", atRuntime, number(func(c *Config) *int { return &c.SlowLogSlowerThan }, -1, math.MaxInt64), "10000",
		"microseconds from which on SLOWLOG keeps a command; -1 is never",
	},
	{
		"slowlog-max-len", atRuntime, number(func(c *Config) *int { return &c.SlowLogMaxLen }, 0, math.MaxInt64), "128",
		"how many it keeps",
	},
	{
		"latency-monitor-threshold", atRuntime, number(func(c *Config) *int { return &c.LatencyThreshold }, 0, math.MaxInt64), "0",
		"milliseconds from which on LATENCY keeps what makes clients wait; 0 is never",
	},
	{
		"latency-tracking", atRuntime, yesNo(func(c *Config) *bool { return &c.LatencyTracking }), "yes",
		"count for each command how long its runs take",
	},
	{
		"latency-tracking-info-percentiles", atRuntime, percentiles(func(c *Config) *[]float64 { return &c.LatencyPercentiles }), "50 99 99.9",
		"what INFO latencystats tells of that",
	},
}

// percentiles is any number of them; an empty word is none.
func percentiles(field func(*Config) *[]float64) kind {
	return kind{form: "PERCENT ...", manyWords: true, get: func(c *Config) string {
		var words []string
		for _, p := range *field(c) {
			words = append(words, strconv.FormatFloat(p, 'g', 6, 64))
		}
		return strings.Join(words, " ")
	}, set: func(c *Config, words []string) error {
		words = strings.Split(strings.Join(words, " "), " ")
		if words[0] == "" && len(words) == 1 {
			words = nil
		}
		var all []float64
		for _, word := range words {
			p, err := strconv.ParseFloat(word, 64)
			switch {
			case err != nil || math.IsNaN(p):
				return RedisError("Invalid latency-tracking-info-percentiles parameters")
			case !(p >= 0 && p <= 100):
				return RedisError("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
			}
			all = append(all, p)
		}
		*field(c) = all
		return nil
	}}
}
