//go:build !linux

// unsupported.go: what a build for another system than Linux ends with. The compiler
// says: undefined: this_server_needs_Linux...

package eventloop

var _ = this_server_needs_Linux__on_a_Mac_or_Windows_use_a_container__see_README
