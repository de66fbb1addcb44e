// Package verbs is what the Makefile's verbs need beside Go: its scripts, and the tests of how
// the verbs behave at a terminal.
package verbs
