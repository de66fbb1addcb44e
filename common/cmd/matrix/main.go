// Matrix runs the suite on every stage and on redis-server and prints a table:
// a row a case, a column a server. Its exit code is 1 if a cell says NO.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/conformance/cases"
	"redis-internals/common/harness"
	"redis-internals/common/terminal"
)

func main() {
	code := run(os.Stdout, os.Stderr)
	harness.RemoveBuilds()
	os.Exit(code)
}

func run(stdout, stderr io.Writer) int {
	conformance.RaiseFileLimit()
	targets, err := start(stderr)
	for _, t := range targets {
		defer t.Close()
	}
	if err != nil {
		fmt.Fprintln(stderr, "matrix:", err)
		return 1
	}
	o := conformance.MatrixOptions{Colour: terminal.Colours(stdout), Progress: terminal.NewProgress(stderr), Beside: 2}
	if !conformance.Matrix(stdout, targets, cases.All(), o) {
		return 1
	}
	return 0
}

func start(stderr io.Writer) ([]*conformance.Target, error) {
	root, err := chapters.Root()
	if err != nil {
		return nil, err
	}
	list, err := chapters.List(root)
	if err != nil {
		return nil, err
	}
	var targets []*conformance.Target
	progress := terminal.NewProgress(stderr)
	defer progress.Clear()
	for _, c := range list {
		progress.Show("building %s", c.Name)
		t, err := conformance.StageTarget(c)
		if err != nil {
			return targets, err
		}
		targets = append(targets, t)
	}
	t, err := conformance.RedisTarget()
	switch {
	case err == nil:
		targets = append(targets, t)
	case errors.Is(err, harness.ErrNoRedis):
		fmt.Fprintln(stderr, "matrix: without the oracle:", err)
	default:
		return targets, err
	}
	return targets, nil
}
