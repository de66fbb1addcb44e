// listing.go: the list of changed files that each chapter's README keeps.
//
//	## What changed since chapter 2
//
//	- `internal/resp/parser.go`, `internal/resp/parser_test.go`: errors name the
//	  offset, for the log.
//	- `internal/server/poll.go`: removed; eventloop does its work.
//
// A line starts with the paths, each in backticks; the first colon ends them, and
// a reason has to follow. A bullet that starts otherwise is prose.

package chapters

import (
	"regexp"
	"strings"
)

const (
	readme  = "README.md"
	heading = "## What changed"
)

// listed is one path of the list.
type listed struct {
	path string
	line int // in the README, from 1
	why  string
}

var backticked = regexp.MustCompile("`([^`]+)`")

// parseListing reads the list from a README; found says whether there is such a
// section at all.
func parseListing(text []byte) (list []listed, found bool) {
	var bullet string // with the lines that continue it
	var start int
	flush := func() {
		paths, why, _ := strings.Cut(bullet, ":")
		for _, m := range backticked.FindAllStringSubmatch(paths, -1) {
			list = append(list, listed{m[1], start, strings.TrimSpace(why)})
		}
		bullet = ""
	}
	inside, fenced := false, false
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && (strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ")) {
			flush()
			inside = strings.HasPrefix(line, heading)
			found = found || inside
		}
		switch {
		case !inside || fenced:
		case strings.HasPrefix(line, "- "):
			flush()
			if strings.HasPrefix(line, "- `") {
				bullet, start = line, i+1
			}
		case bullet != "" && strings.HasPrefix(line, "  "):
			bullet += " " + strings.TrimSpace(line)
		default:
			flush()
		}
	}
	flush()
	return list, found
}
