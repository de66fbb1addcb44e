// text.go: an exhibit's Markdown as paragraphs for a terminal.

package main

import "strings"

// foldedCode breaks a line of a patch that is wider than columns, where it has a space if it can.
func foldedCode(line string, columns int) (pieces []string) {
	const indent = "          "
	runes := []rune(strings.ReplaceAll(line, "\t", "    "))
	for len(runes) > columns {
		at := columns
		if space := strings.LastIndex(string(runes[len(indent):columns]), " "); space > 0 {
			at = len(indent) + len([]rune(string(runes[len(indent):columns])[:space]))
		}
		pieces = append(pieces, string(runes[:at]))
		runes = append([]rune(indent), []rune(strings.TrimLeft(string(runes[at:]), " "))...)
	}
	return append(pieces, string(runes))
}

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
