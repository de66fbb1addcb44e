// pager.go: long output a page at a time.

package main

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"golang.org/x/term"
)

// pagerFor is the command that shows long output a page at a time: the one git
// would use, if w is a terminal; else "".
func pagerFor(w io.Writer) string {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return ""
	}
	out, err := exec.Command("git", "var", "GIT_PAGER").Output()
	if err != nil {
		return "cat"
	}
	return cmp.Or(strings.TrimSpace(string(out)), "cat")
}

// page writes text to w, through the pager unless that is "".
func page(pager string, text []byte, w io.Writer) error {
	if pager == "" {
		_, err := w.Write(text)
		return err
	}
	// An interrupt is the pager's business: it stays, and so must we.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	cmd := exec.Command("sh", "-c", pager)
	// As git sets them: less leaves at once what fits the screen, and keeps colours.
	cmd.Env = append([]string{"LESS=FRX", "LV=-c"}, os.Environ()...) // the last one of a name holds
	cmd.Stdin = bytes.NewReader(text)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	return cmd.Run() // a pager left before the end is no error to it
}
