// servers.go: the servers of a run, from their start to their end: the one that is
// asked about, another build of it where there is one to compare with, redis-server.
//
// All get the same flags, for a stage takes those of Redis. Where they keep
// files each works in a folder of its own; what they leave there goes with them.

package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"redis-internals/common/bench/load"
	"redis-internals/common/bench/machine"
	"redis-internals/common/harness"
)

// allowClients are the flags with which a server, ours or Redis, takes as many
// connections as will come; none where its default of 10,000 will do.
func (b *bench) allowClients() []string {
	if b.Idle == 0 {
		return nil
	}
	return []string{"--maxclients", strconv.Itoa(b.Idle + b.Clients + machine.SpareFiles)}
}

func (b *bench) startServers(ctx context.Context) error {
	if b.Addr != "" {
		to, err := load.Resolve(ctx, b.Addr)
		if err != nil {
			return fmt.Errorf("looking up %s: %w", b.Addr, err)
		}
		b.add("server", b.Addr, to, nil)
		b.note("%s is not ours: no CPU time, and it is not pinned", b.Addr)
	} else {
		o, err := b.options("stage")
		if err != nil {
			return err
		}
		s, err := harness.StartStage(*b.Chapter, o)
		if err != nil {
			return err
		}
		b.addStarted(s)
	}
	if err := b.startPeer(ctx); err != nil {
		return err
	}
	if b.NoRedis || ctx.Err() != nil {
		return ctx.Err()
	}
	o, err := b.options("redis")
	if err != nil {
		return err
	}
	s, err := harness.StartRedis(o)
	if errors.Is(err, harness.ErrNoRedis) {
		b.note("%v: nothing to compare with", err)
		return nil
	}
	if err != nil {
		return err
	}
	b.report.Machine.Redis = redisVersion()
	b.addStarted(s)
	return nil
}

// peerName is the column of Config.Peer.
const peerName = "peer"

// peerStarter starts Config.Peer.
func (b *bench) peerStarter() starter {
	b.note("%s is %s", peerName, b.Peer)
	return starter{peerName, func(o harness.Options) (*harness.Server, error) {
		return harness.StartBinary(peerName, b.Peer, o)
	}}
}

func (b *bench) startPeer(ctx context.Context) error {
	if b.Peer == "" || ctx.Err() != nil {
		return ctx.Err()
	}
	o, err := b.options(peerName)
	if err != nil {
		return err
	}
	s, err := b.peerStarter().start(o)
	if err == nil {
		b.addStarted(s)
	}
	return err
}

// options are those a server is started with; in a folder of that name where
// it keeps files.
func (b *bench) options(folder string) (harness.Options, error) {
	o := harness.Options{Args: b.allowClients()}
	if os.Getenv("GOMAXPROCS") == "" {
		o.Env = []string{"GOMAXPROCS=2"} // or Go's runtime goes down to 1 when it sees the pinning
	}
	if b.Fsync == "" {
		return o, nil
	}
	o.Args = append(o.Args, appendOnlyArgs(b.Fsync)...)
	var err error
	o.Dir, err = b.makeFolder(folder)
	return o, err
}

func (b *bench) addStarted(s *harness.Server) {
	b.add(s.Name, s.Addr, netip.MustParseAddrPort(s.Addr), s) // the harness listens on 127.0.0.1
}

func (b *bench) add(name, addr string, to netip.AddrPort, proc *harness.Server) {
	p := load.Peer{Name: name, Addr: addr, To: to, Patience: b.patience, Stop: &b.stopped}
	if p.Patience == 0 {
		p.Patience = load.DefaultPatience
	}
	s := &server{Peer: p, proc: proc}
	if proc != nil {
		s.dir = proc.Dir
	}
	b.servers = append(b.servers, s)
}

func (b *bench) stopServers() {
	for _, s := range b.servers {
		if s.idle != nil {
			s.idle.Drop()
		}
		for _, ears := range s.ears {
			ears.Drop()
		}
		if s.gen != nil {
			s.gen.Close()
		}
		if s.proc != nil {
			s.proc.Stop()
		}
	}
	if b.folder != "" {
		_ = os.RemoveAll(b.folder)
	}
}
