// syntax.go: the arguments of a command, out of the line that people read.
//
//	<key> [NX|XX] [COUNT <count> [ANY]] [LIMIT <offset> <count>] <score> <member> [<score> <member> ...]
//
//	<key>            an argument; its type follows from its name, or is said: <min:double>
//	NX               a word that is itself
//	COUNT <count>    an argument behind a word
//	LIMIT <a> <b>    several behind a word
//	(A|B)            one of them
//	[A]              it may be left out
//	A [A ...]        once or several times; A [...] is the same, [A ...] is never or several times
//
// So a row says once how its command is written, to HELP and to COMMAND DOCS, whose
// readers want a tree. It is parsed when somebody asks for that. Redis: server.h,
// redisCommandArg; there each command has a file with its tree.

package engine

import (
	"slices"
	"strings"
)

// Argument is an argument of a command, or a group of them.
type Argument struct {
	Name, Type    string
	Token         string // the word in front of it, or that it is
	Key           int    // which of the row's key specs finds it; noKeySpec if it is no key
	Optional      bool
	Multiple      bool // it may come again
	MultipleToken bool // and its token with it
	Parts         []Argument

	from int // where it stands in the line, counted in words
}

// The types that are not a value's.
const (
	TypeToken = "pure-token" // the token alone
	TypeOneOf = "oneof"
	TypeBlock = "block" // all of its parts, one behind another

	typeKey, typePattern, typeString = "key", "pattern", "string"

	noKeySpec = -1
)

// typeOf has the arguments that are no strings.
var typeOf = typesByName(map[string]string{
	typeKey:     "key key1 key2 newkey source destination src dst sourcekey destkey",
	typePattern: "pattern",
	"integer":   "bit count cursor db decrement destination-db increment index index1 index2 len limit num-matches numkeys offset protover rank start stop end seconds milliseconds weight bits client-id numreplicas port version slot start-slot end-slot config-epoch cluster-bus-port cluster_bus_port",
	"double":    "height width latitude longitude radius score timeout",
	"unix-time": "unix-time-seconds unix-time-milliseconds",
	typeString:  "",
})

func typesByName(lists map[string]string) map[string]string {
	types := map[string]string{}
	for kind, names := range lists {
		for _, name := range strings.Fields(names) {
			types[name] = kind
		}
	}
	return types
}

// nameAndType splits what stands between < and >.
func nameAndType(argument string) (name, kind string) {
	if i := strings.LastIndexByte(argument, ':'); i >= 0 {
		if kind = argument[i+1:]; kind == "integer" || kind == "double" || kind == typeString {
			return argument[:i], kind
		}
	}
	if kind = typeOf[argument]; kind == "" {
		kind = typeString
	}
	return argument, kind
}

// Usage is the line as people read it, without types.
func (d *Doc) Usage() string { return typesOfSyntax.Replace(d.Syntax) }

var typesOfSyntax = strings.NewReplacer(":integer>", ">", ":double>", ">", ":string>", ">")

var wordsOfSyntax = strings.NewReplacer("(", " ( ", ")", " ) ", "[", " [ ", "]", " ] ", "|", " | ")

// Arguments is the line as a tree. ok is false for one with brackets that do not match.
func (r *Row) Arguments() (all []Argument, ok bool) {
	p := &syntaxParser{words: strings.Fields(wordsOfSyntax.Replace(r.Doc.Syntax))}
	alternatives := p.alternatives("")
	if p.failed || p.at < len(p.words) {
		return nil, false
	}
	all = alternatives[0]
	if len(alternatives) > 1 {
		all = []Argument{oneOf(alternatives)}
	}
	r.findKeySpecs(all)
	return all, true
}

type syntaxParser struct {
	words  []string
	at     int
	failed bool
}

// alternatives reads up to a closing bracket, or the end.
func (p *syntaxParser) alternatives(end string) (all [][]Argument) {
	var items []Argument
	for ; p.at < len(p.words) && p.words[p.at] != end; p.at++ {
		if p.words[p.at] == "|" {
			all, items = append(all, items), nil
			continue
		}
		items = p.item(items)
	}
	p.failed = p.failed || end != "" && p.at == len(p.words)
	return append(all, items)
}

// item reads the next argument, or group, and adds it to those before it.
func (p *syntaxParser) item(items []Argument) []Argument {
	from := p.at
	var a Argument
	switch word := p.words[p.at]; {
	case word == "(":
		p.at++
		a = oneOf(p.alternatives(")"))
	case word == "[":
		if repeated, end := p.repeated(); end > 0 {
			if first := lastOf(items, from, p.words, repeated); first >= 0 {
				from, a = items[first].from, group([][]Argument{items[first:]})
				items = items[:first]
			} else {
				a = group((&syntaxParser{words: repeated}).alternatives(""))
				a.Optional = true
			}
			a.Multiple, a.MultipleToken, p.at = true, a.Token != "", end
			break
		}
		p.at++
		a = group(p.alternatives("]"))
		a.Optional = true
	case word[0] == '<':
		a.Name, a.Type = nameAndType(strings.Trim(word, "<>"))
		a.Key = noKeySpec
	case word == ")", word == "]":
		p.failed = true
		return items
	default:
		a = Argument{Name: strings.ToLower(word), Type: TypeToken, Token: word, Key: noKeySpec}
	}
	a.from = from
	return append(items, a)
}

// repeated is what stands in a bracket that ends with ..., and where that is closed; 0 for
// another bracket.
func (p *syntaxParser) repeated() (words []string, end int) {
	depth := 0
	for i := p.at; i < len(p.words); i++ {
		switch p.words[i] {
		case "[":
			depth++
		case "]":
			if depth--; depth == 0 {
				if p.words[i-1] != "..." {
					return nil, 0
				}
				return p.words[p.at+1 : i-1], i
			}
		}
	}
	return nil, 0
}

// lastOf returns from which item on they are the words that are to be repeated, or -1; no
// words are the last item.
func lastOf(items []Argument, end int, words, repeated []string) int {
	for first := len(items) - 1; first >= 0; first-- {
		if len(repeated) == 0 || slices.Equal(words[items[first].from:end], repeated) {
			return first
		}
	}
	return -1
}

// group is one argument of what stands between brackets. A word in front of one argument
// belongs to that, and one in front of several to all, if these are no groups.
func group(alternatives [][]Argument) Argument {
	if len(alternatives) > 1 {
		return oneOf(alternatives)
	}
	parts := slices.Clone(alternatives[0])
	if len(parts) == 0 {
		return Argument{Type: TypeBlock, Key: noKeySpec}
	}
	if len(parts) > 1 && parts[0].Type == TypeToken && parts[1].Token == "" {
		token := parts[0].Token
		parts = parts[1:]
		if len(parts) > 1 && !slices.ContainsFunc(parts, func(a Argument) bool { return a.Type == TypeToken || len(a.Parts) > 0 }) {
			return Argument{Name: strings.ToLower(token), Type: TypeBlock, Token: token, Key: noKeySpec, Parts: parts}
		}
		parts[0].Token = token
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return Argument{Name: namesTogether(parts), Type: TypeBlock, Key: noKeySpec, Parts: parts}
}

func oneOf(alternatives [][]Argument) Argument {
	a := Argument{Type: TypeOneOf, Key: noKeySpec}
	for _, one := range alternatives {
		a.Parts = append(a.Parts, group([][]Argument{one}))
	}
	a.Name = namesTogether(a.Parts)
	return a
}

// namesTogether is what a group is called, that has no name in the line.
func namesTogether(parts []Argument) string {
	var names []string
	for _, a := range parts {
		names = append(names, a.Name)
	}
	return strings.Join(names, "_")
}

// findKeySpecs says of each argument that is a key by which of the row's specs it is found.
// A pattern of SORT's is one, too: those that only the command finds.
func (r *Row) findKeySpecs(arguments []Argument) {
	next, taken := 0, 0
	var walk func([]Argument)
	walk = func(arguments []Argument) {
		for i := range arguments {
			a := &arguments[i]
			unknown := slices.IndexFunc(r.Keys, func(s KeySpec) bool { return s.Unknown })
			switch {
			case a.Type == typeKey && next < len(r.Keys):
				if a.Token != "" { // STORE: the patterns' spec is before its
					next = max(next, slices.IndexFunc(r.Keys, func(s KeySpec) bool { return s.Place != nil }))
				}
				a.Key = next
				if taken++; a.Multiple || taken >= r.Keys[next].size() {
					next, taken = next+1, 0
				}
			case a.Type == typePattern && unknown >= 0:
				a.Key = unknown
			}
			walk(a.Parts)
		}
	}
	walk(arguments)
}

// size is how many arguments of the line the spec finds.
func (s *KeySpec) size() int {
	if s.isRange() && s.Last > s.First {
		return s.Last - s.First + 1
	}
	return 1
}
