// text.go: an exhibit's Markdown as paragraphs for a terminal.

package main

import "strings"

// paragraph is text that is broken anew, or verbatim lines.
type paragraph struct {
	text     string
	verbatim bool
	last     bool // an empty line follows it
}

// paragraphs cuts text at empty lines, at fences and at the items of lists.
func paragraphs(text string) (all []paragraph) {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var now paragraph
	end := func(last bool) {
		if now.text != "" {
			now.last = last
			all = append(all, now)
		}
		now = paragraph{}
	}
	fenced := false
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			end(true)
			fenced = !fenced
		case fenced || strings.HasPrefix(line, "    "):
			if !now.verbatim {
				end(true)
			}
			now.verbatim = true
			now.text += line
		case bare == "":
			end(true)
		case strings.HasPrefix(bare, "- "):
			end(false)
			now.text = line
		default:
			if now.verbatim {
				end(true)
			}
			now.text += line
		}
	}
	end(true)
	return all
}
