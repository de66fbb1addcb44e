// template.go: a command's grammar in a line, from which commands are drawn.
//
//	ZADD z [NX|XX] [GT|LT] [CH] (score member)+
//
//	(a b|c)   a and b, or c        (...)+   once, or up to four times
//	[a b|c]   the same, or nothing
//	score     a word in lower case is drawn by the generator of that name
//	NX        any other word is itself, in some case

package differential

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// template draws some words.
type template interface {
	draw(t *rapid.T, words map[string]*rapid.Generator[Word]) Command
}

type (
	anyOf    []template // one of them
	sequence []template
	repeated struct{ of template }
	word     string
)

func (a anyOf) draw(t *rapid.T, words map[string]*rapid.Generator[Word]) Command {
	return pick(a...).Draw(t, "alternative").draw(t, words)
}

func (s sequence) draw(t *rapid.T, words map[string]*rapid.Generator[Word]) (c Command) {
	for _, part := range s {
		c = append(c, part.draw(t, words)...)
	}
	return c
}

func (r repeated) draw(t *rapid.T, words map[string]*rapid.Generator[Word]) (c Command) {
	for range pick(1, 1, 1, 2, 2, 3, 4).Draw(t, "times") {
		c = append(c, r.of.draw(t, words)...)
	}
	return c
}

func (w word) draw(t *rapid.T, words map[string]*rapid.Generator[Word]) Command {
	if g := words[string(w)]; g != nil {
		return Command{g.Draw(t, string(w))}
	}
	return text(cased(t, string(w)))
}

// parse reads a template. What is none is a mistake of the table: it panics.
func parse(line string) template {
	p := parser{strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ", "[", " [ ", "]", " ] ", "|", " | ", "+", " + ").Replace(line))}
	all := p.alternatives("")
	if len(p.left) > 0 {
		panic(fmt.Sprintf("template %q: %q is too much", line, p.left))
	}
	return all
}

type parser struct{ left []string }

// alternatives reads up to the end of a group.
func (p *parser) alternatives(end string) template {
	all := anyOf{sequence{}}
	for {
		if len(p.left) == 0 {
			if end != "" {
				panic("template without " + end)
			}
			return all
		}
		next := p.left[0]
		p.left = p.left[1:]
		last := all[len(all)-1].(sequence)
		switch next {
		case end:
			return all
		case "|":
			all = append(all, sequence{})
			continue
		case "(":
			last = append(last, p.alternatives(")"))
		case "[":
			last = append(last, anyOf{sequence{}, p.alternatives("]")})
		case "+":
			last[len(last)-1] = repeated{last[len(last)-1]}
		default:
			last = append(last, word(next))
		}
		all[len(all)-1] = last
	}
}
