package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestParseOptions_AcceptsRedisStyleFlags(t *testing.T) {
	o, err := parseOptions([]string{"--port", "7000", "--bind", "::1"})
	if err != nil || o.address() != "[::1]:7000" {
		t.Fatalf("got %q, %v", o.address(), err)
	}
}

func TestParseOptions_SaysWhatWouldBeRight(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--port abc", "a number from 1 to 65535"},
		{"--port 0", "a number from 1 to 65535"},
		{"--port 65536", "a number from 1 to 65535"},
		{"--prot 7000", "no --prot; did you mean --port?"},
		{"--bnid=::1", "no --bnid; did you mean --bind?"},
		{"--maxclients 7", "no --maxclients; there are --bind and --port"},
		{"7000", "values follow their flag"},
	} {
		_, err := parseOptions(strings.Fields(tc.args))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.args, err, tc.want)
		}
	}
	if _, err := parseOptions([]string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: got %v", err)
	}
}

// A reader that returns its last bytes together with io.EOF is within its
// rights; those bytes are echoed too.
func TestEcho_WritesBytesThatComeWithTheEnd(t *testing.T) {
	var back bytes.Buffer
	in := iotest.DataErrReader(strings.NewReader("last\x00bytes\xff"))
	if err := echo(readWriter{in, &back}); err != nil || back.String() != "last\x00bytes\xff" {
		t.Fatalf("got %q, %v", back.String(), err)
	}
}

func TestEcho_ReturnsWhatEndedIt(t *testing.T) {
	reset := errors.New("connection reset")
	if err := echo(readWriter{iotest.ErrReader(reset), io.Discard}); !errors.Is(err, reset) {
		t.Fatalf("got %v", err)
	}
}

func TestServe_StopsWhileAClientIsConnected(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	context.AfterFunc(ctx, func() { listener.Close() })
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, io.Discard) }()

	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, 1)); err != nil { // it is being served now
		t.Fatal(err)
	}
	stop()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("still serving 5 s after it was told to stop")
	}
}

type readWriter struct {
	io.Reader
	io.Writer
}
