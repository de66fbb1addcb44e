// command.go: a server that anybody has written, started by a line of shell.
//
//	python3 my.py --port {port} {flags}
//	    │               │        └─ the flags of the case, as its owner maps them
//	    │               └────────── a free port
//	    └────────────────────────── my.py is looked for where the line was typed: the server
//	                                runs in a directory of its own, where its log may lie

package harness

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Command is how a server is started.
type Command struct {
	Name  string            // in reports
	Line  string            // with {port}, and {flags} or the flags are appended
	Flags map[string]string // of a flag's name without dashes: what it is called; see Map
}

// ErrNoPort says that a line does not tell the server where to listen.
var ErrNoPort = errors.New("the command has no {port} in it: where is the server to listen? As in CMD='python3 my.py --port {port}'")

// Start starts the server. Options' File and Wrap are not for it.
func (c Command) Start(o Options) (*Server, error) {
	if !strings.Contains(c.Line, "{port}") {
		return nil, ErrNoPort
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	o.group = true
	flags := strings.Join(c.Map(o.Args), " ")
	return startOnPort(c.Name, o, func(port int) []string {
		line := strings.ReplaceAll(absolute(c.Line, here), "{port}", strconv.Itoa(port))
		if strings.Contains(line, "{flags}") {
			line = strings.ReplaceAll(line, "{flags}", flags)
		} else {
			line = strings.TrimSpace(line + " " + flags)
		}
		if !strings.ContainsAny(line, ";&|<>()`\n") { // signals and exit codes are the server's, not the shell's
			line = "exec " + line
		}
		return []string{"sh", "-c", line}
	})
}

// Map is the flags of a case as the server takes them. "appendonly=--aof {value}" makes
// "--aof yes" of "--appendonly yes", "appendfsync=" leaves that flag out; one that is not named
// is passed as it is.
func (c Command) Map(args []string) (mapped []string) {
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "--")
		value := ""
		if isFlag && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			i++
			value = args[i]
		}
		form, known := c.Flags[name]
		switch {
		case !known && value != "":
			mapped = append(mapped, "--"+name, quoted(value))
		case !known:
			mapped = append(mapped, args[i])
		case form != "":
			mapped = append(mapped, strings.ReplaceAll(form, "{value}", quoted(value)))
		}
	}
	return mapped
}

// quoted is a word that the shell leaves alone.
func quoted(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("-_./:,%+=@", r) && !isAlphanumeric(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// absolute makes paths of words that are files where the line was typed.
func absolute(line, here string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		if w == "" || filepath.IsAbs(w) || strings.HasPrefix(w, "-") {
			continue
		}
		path := filepath.Join(here, w)
		if info, err := os.Stat(path); err == nil && (!info.IsDir() || strings.Contains(w, "/")) {
			words[i] = path
		}
	}
	return strings.Join(words, " ")
}
