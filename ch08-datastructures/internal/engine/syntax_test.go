package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shape is arguments in a short form: name, or parts in brackets; ? if it may be left out, *
// if it may come again, + if its token comes with it.
func shape(arguments []Argument) string {
	var list []string
	for _, a := range arguments {
		s := a.Name + ":" + a.Type
		if len(a.Parts) > 0 {
			s = a.Type
		}
		if a.Token != "" {
			s += "=" + a.Token
		}
		if a.Key >= 0 {
			s += fmt.Sprint("@", a.Key)
		}
		for _, flag := range []struct {
			is   bool
			sign string
		}{{a.Optional, "?"}, {a.Multiple, "*"}, {a.MultipleToken, "+"}} {
			if flag.is {
				s += flag.sign
			}
		}
		if len(a.Parts) > 0 {
			s += "(" + shape(a.Parts) + ")"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestArguments_AreReadOutOfTheLine(t *testing.T) {
	for line, want := range map[string]string{
		"":                                      "",
		"<message>":                             "message:string",
		"<min:double> <start:string> <ip:port>": "min:double start:string ip:port:string",
		"ASYNC|SYNC":                            "oneof(async:pure-token=ASYNC sync:pure-token=SYNC)",
		"[ASYNC|SYNC]":                          "oneof?(async:pure-token=ASYNC sync:pure-token=SYNC)",
		"[COUNT <count>] [NOW]":                 "count:integer=COUNT? now:pure-token=NOW?",
		"[LIMIT <offset> <count>]":              "block=LIMIT?(offset:integer count:integer)",
		"[COUNT <count> [ANY]]":                 "block?(count:integer=COUNT any:pure-token=ANY?)",
		"[AGGREGATE (SUM|MIN)]":                 "oneof=AGGREGATE?(sum:pure-token=SUM min:pure-token=MIN)",
		"(NO ONE|<host> <port>)":                "oneof(block(no:pure-token=NO one:pure-token=ONE) block(host:string port:integer))",
		"<key> [<key> ...]":                     "key:key@0*",
		"<key> [...]":                           "key:key@0*",
		"[<section> ...]":                       "section:string?*",
		"[<section> [<section> ...]]":           "section:string?*",
		"<field> <value> [<field> <value> ...]": "block*(field:string value:string)",
		"[GET <a> [GET <a> ...]]":               "a:string=GET?*+",
		"[WEIGHTS <weight> [<weight> ...]]":     "weight:integer=WEIGHTS?*",
		"[GET <a>|SET <a> <b> ...]":             "oneof?*(a:string=GET block=SET(a:string b:string))",
		"<source> <destination>":                "source:key@0 destination:key@1",
		"[]":                                    ":block?",
	} {
		row := Row{Keys: []KeySpec{{First: 1, Last: 1, Step: 1}, {First: 2, Last: 2, Step: 1}}, Doc: Doc{Syntax: line}}
		arguments, ok := row.Arguments()
		require.True(t, ok, line)
		require.Equal(t, want, shape(arguments), line)
	}
}

func TestArguments_OfALineWithWrongBracketsAreNone(t *testing.T) {
	for _, line := range []string{"[NX|XX", "(a", "NX]", "a)", "[<key> [<key> ...]", "[...", "..."} {
		row := Row{Doc: Doc{Syntax: line}}
		arguments, ok := row.Arguments()
		require.Equal(t, line == "...", ok, "%s: %v", line, arguments) // that is a word
	}
}

func TestUsage_TellsNoTypes(t *testing.T) {
	require.Equal(t, "<key> <min> <max> [<ip:port>]", (&Doc{Syntax: "<key> <min:double> <max:string> [<ip:port>]"}).Usage())
}
