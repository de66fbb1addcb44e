// main.go: chapters 2 to 5 in Go: a goroutine for each client, and one lock.
//
//	go run . --port 7000 [--maxkeys 10] [--maxmemory-policy allkeys-lru]
//	         [--appendonly yes] [--appendfsync always] [--bug NAME]
//
//	resp.go      bytes ─▶ arguments, which stand in the reader's buffer
//	commands.go  arguments ─▶ reply, with the lock held
//	store.go     the keys
//	aof.go       what has changed ─▶ the log
//
// --bug plants one mistake: partial-argument, arity-unchecked, value-is-not-copied, incr-wraps,
// overwrite-counts-as-new.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"sync"
	"time"
)

var (
	port        = flag.Int("port", 6379, "where to listen")
	maxKeys     = flag.Int("maxkeys", 0, "never more keys than this; 0 for no limit")
	policy      = flag.String("maxmemory-policy", "noeviction", "which key goes")
	appendOnly  = flag.String("appendonly", "no", "keep a log")
	appendFsync = flag.String("appendfsync", "everysec", "when the log is synced")
	bug         = flag.String("bug", "", "a mistake to make")
)

// mu is held while a command runs.
var mu sync.Mutex

func main() {
	flag.Parse()
	if *appendOnly == "yes" {
		if err := openLog(); err != nil {
			log.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready on", listener.Addr())
	go deleteExpired()
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn)
	}
}

// serve answers a client until it leaves.
func serve(conn net.Conn) {
	defer conn.Close()
	requests := newReader(conn)
	for {
		args, err := requests.next()
		if err != nil {
			return
		}
		if len(args) == 0 {
			continue
		}
		mu.Lock()
		reply := execute(args)
		mu.Unlock()
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

// deleteExpired looks for keys whose time is over, ten times a second.
func deleteExpired() {
	for range time.Tick(100 * time.Millisecond) {
		mu.Lock()
		for key := range store {
			lookup(key)
		}
		mu.Unlock()
	}
}
