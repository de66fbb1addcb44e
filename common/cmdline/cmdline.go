// Package cmdline is what verbs that look at somebody's server have in common: how the server
// is named, and up to which chapter it claims to be.
//
//	make check ADDR=127.0.0.1:7000 UPTO=02        -addr 127.0.0.1:7000 -upto 02
//	make duel CMD='my.py --port {port}' UPTO=03   -cmd 'my.py --port {port}' -upto 03
package cmdline

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"redis-internals/common/chapters"
	"redis-internals/common/conformance"
	"redis-internals/common/harness"
)

// Server is a server as the command line names it.
type Server struct {
	Addr    string
	Command string            // a line of shell; "" where Addr is the server
	Flags   map[string]string // how the command's flags are called; see harness.Command
	Upto    int               // the last chapter that it claims to be
}

// Usage says what Parse takes.
const Usage = `  -addr HOST:PORT   a server that runs already (127.0.0.1:6379)
  -cmd LINE         how to start one: 'python3 my.py --port {port}'. Then it is also
                    killed, restarted on its log, and asked how it ends
  -flags MAP        what flags are called there: 'appendonly=--aof {value}; maxkeys='
  -upto CHAPTER     the last stage it claims to be, such as 02; all if not given
`

// Parse reads a command line, with a verb's own flags where it has declared some.
func Parse(flags *flag.FlagSet, args []string) (s Server, err error) {
	flags.StringVar(&s.Addr, "addr", "", "")
	flags.StringVar(&s.Command, "cmd", "", "")
	mapped := flags.String("flags", "", "")
	chapter := flags.String("upto", "", "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case s.Addr != "" && s.Command != "":
		return s, errors.New("-addr is a server that runs, -cmd starts one: give one of them")
	case s.Addr == "":
		s.Addr = "127.0.0.1:6379"
	}
	if s.Flags, err = parseMap(*mapped); err != nil {
		return s, err
	}
	s.Upto, err = chapterNumber(*chapter)
	return s, err
}

// Target reaches the server, or starts it.
func (s Server) Target() (*conformance.Target, error) {
	if s.Command == "" {
		return conformance.AddressTarget(s.Addr, s.Upto)
	}
	return conformance.CommandTarget(harness.Command{Name: "your server", Line: s.Command, Flags: s.Flags}, s.Upto)
}

// parseMap reads "name=form; name=form".
func parseMap(s string) (map[string]string, error) {
	m := map[string]string{}
	for pair := range strings.SplitSeq(s, ";") {
		name, form, ok := strings.Cut(strings.TrimSpace(pair), "=")
		switch {
		case strings.TrimSpace(pair) == "":
			continue
		case !ok || strings.HasPrefix(name, "-"):
			return nil, fmt.Errorf("-flags takes name=form, as in 'appendonly=--aof {value}'; what is %q?", strings.TrimSpace(pair))
		}
		m[strings.TrimSpace(name)] = strings.TrimSpace(form)
	}
	return m, nil
}

// chapterNumber reads what names a chapter, as 2, 02 or ch02-resp-eventloop; "" is the last one.
func chapterNumber(s string) (int, error) {
	root, err := chapters.Root()
	if err != nil {
		return 0, err
	}
	list, err := chapters.List(root)
	if err != nil || s == "" {
		return len(list), err
	}
	c, err := chapters.Parse(list, s)
	return c.Number, err
}
