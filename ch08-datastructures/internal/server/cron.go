// cron.go: the work that comes with time and not with a request.
//
// It runs on the loop, between requests, so it must be brief. There is little of
// it ten times a second; while there is more, such as a million keys that expire
// in one second, it runs more often and never long:
//
//	requests ──■──■■──■────■■──■──────■■■──■──
//	cron     ────█───────█───────█───────█────   2 ms of work in every 8: a client
//	             └ 2 ms ┘└ 6 ms ┘                waits 2 ms at worst
//
// Redis: server.c, serverCron and databasesCron.

package server

import (
	"time"

	"redis-internals/ch08/internal/engine"
	"redis-internals/ch08/internal/zmalloc"
)

const (
	cronPeriod = 100 * time.Millisecond // Redis: hz 10
	cronBudget = 2 * time.Millisecond   // of one run
	cronHurry  = 6 * time.Millisecond   // the rest for requests, while there is more

	rehashBudget = time.Millisecond // of moving a dict's entries in one run
	purgeBytes   = 4 << 20          // of free pages given back in one run

	warnAgain = 10 * time.Second // between two lines about the same trouble
)

// cron runs what is due and returns when it wants to run again.
func (s *Server) cron() (again time.Duration) {
	if s.engine.CronPaused {
		return cronPeriod
	}
	s.stats.sample(s)
	s.warnOfMemory()
	if s.aof.WantsRewrite() {
		_ = s.engine.RewriteLog() // it can begin: WantsRewrite has seen to that
	}
	s.engine.LimitTracking()
	expire := s.expire()
	rehash := s.opts.ActiveRehashing && s.engine.Rehash(rehashBudget)
	zmalloc.Purge(purgeBytes)
	if expire || rehash {
		return cronHurry
	}
	return cronPeriod
}

// warnOfMemory says in the log that commands were refused because the system gives no
// more memory: ulimit -v or -d, or vm.overcommit_memory, allow no more.
func (s *Server) warnOfMemory() {
	if now := s.loop.Now(); s.engine.OutOfMemory() && now.Sub(s.warned) > warnAgain {
		s.warned = now
		s.log.Warning("Out of memory: the system gives no more than %d bytes", s.engine.UsedMemory())
	}
}

// expire deletes keys that have expired, and reports whether there are more.
func (s *Server) expire() (more bool) {
	began := time.Now()
	more = s.engine.ExpireCycle(cronBudget)
	took := time.Since(began)
	s.stats.expiring += took
	s.engine.AddLatency(engine.EventExpire, took)
	return more
}
