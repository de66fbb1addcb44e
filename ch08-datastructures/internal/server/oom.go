// oom.go: whom the kernel ends when memory runs out.
//
// Each process has a score, from what it takes of memory. A process may add to its own, so
// that it goes first, or, if it is privileged, take from it. Redis: server.c,
// setOOMScoreAdj.

package server

import (
	"os"
	"strconv"
	"strings"

	"redis-internals/ch08/internal/config"
)

// oomFile is a variable, so that tests have another.
var oomFile = "/proc/self/oom_score_adj"

// oomScore is what the server has told the kernel.
type oomScore struct {
	told bool
	base int // what the kernel had before
}

// adjustOOMScore tells the kernel what the settings say; what it had before if they say
// nothing any more.
func (s *Server) adjustOOMScore() error {
	score := s.oomScore.base
	switch how := s.opts.OOMScoreAdj; {
	case how == config.OOMLeft && !s.oomScore.told:
		return nil
	case how == config.OOMLeft:
		s.oomScore.told = false
		return s.writeOOMScore(score)
	case !s.oomScore.told:
		text, err := os.ReadFile(oomFile)
		if err == nil {
			score, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		if err != nil {
			s.log.Warning("Unable to read oom_score_adj: %s", inC(err))
			return err
		}
		s.oomScore = oomScore{told: true, base: score}
	}
	value := s.opts.OOMScoreAdjValues[0]
	if s.opts.OOMScoreAdj == config.OOMRelative {
		value += score
	}
	return s.writeOOMScore(min(max(value, -1000), 1000))
}

func (s *Server) writeOOMScore(value int) error {
	err := os.WriteFile(oomFile, []byte(strconv.Itoa(value)+"\n"), 0)
	if err != nil {
		s.log.Warning("Unable to write oom_score_adj: %s", inC(err))
	}
	return err
}
