// Duel asks a server, in any language, and redis-server the same, drawn at random, and prints
// the shortest session after which they differ.
//
//	duel -addr 127.0.0.1:7000 -upto 03
//	duel -cmd 'python3 my.py --port {port}' -upto 03 -seed 17
//
// Exit codes: 0 they were alike for as long as it went on, 1 they differ, 2 there was nothing
// to compare: no server, or a wrong flag.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"redis-internals/common/chapters"
	"redis-internals/common/cmdline"
	"redis-internals/common/conformance/duel"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

func main() {
	code := run(os.Args[1:], os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

const usage = `usage: duel [-addr HOST:PORT | -cmd LINE] [-upto CHAPTER] [-seed N] [-time D]

` + cmdline.Usage + `  -seed N           begin with this session: a report names its own
  -time D           how long to look for a difference (30s)
`

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("duel", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	seed := flags.Int("seed", 0, "")
	limit := flags.Duration("time", 30*time.Second, "")
	server, err := cmdline.Parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		return 0
	}
	alike := false
	if err == nil {
		alike, err = fight(server, *seed, *limit, stdout, stderr)
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "duel:", err)
		return 2
	case !alike:
		return 1
	}
	return 0
}

// fight holds a duel and reports it.
func fight(server cmdline.Server, seed int, limit time.Duration, stdout, stderr io.Writer) (alike bool, err error) {
	if server.Upto < duel.First {
		return false, errors.New("an echo server says nothing by itself: duels begin with UPTO=02")
	}
	root, err := chapters.Root()
	if err != nil {
		return false, err
	}
	list, err := chapters.List(root)
	if err != nil {
		return false, err
	}
	target, err := server.Target()
	if err != nil {
		return false, err
	}
	defer target.Close()
	if why := target.Probe(); why != "" {
		return false, fmt.Errorf("%s: %s", target.Name, why)
	}
	oracle, err := duel.NewOracle(list, server.Upto)
	if err != nil {
		return false, err
	}
	defer oracle.Close()
	d := duel.Duel{
		Judged: target, Oracle: oracle, Seed: seed, Core: limit / 3, All: limit - limit/3, Shorten: 8 * time.Second, Progress: terminal.NewProgress(stderr),
	}
	if seed == 0 {
		d.Seed = 1 + rand.IntN(1_000_000)
	} else {
		d.Core = min(d.Core, 2*time.Second) // what was found once is found at once
	}
	fmt.Fprint(stdout, d.Title())
	rounds, err := d.Fight()
	if err != nil {
		return false, err
	}
	if d.Report(stdout, rounds, terminal.Colours(stdout)) {
		return true, nil
	}
	fmt.Fprintf(stdout, "SEED=%d finds it again.\n", rounds[len(rounds)-1].Found.Seed)
	return false, nil
}
