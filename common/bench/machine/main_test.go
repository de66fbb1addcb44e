package machine

import (
	"testing"

	"redis-internals/common/bench/benchtest"
)

func TestMain(m *testing.M) { benchtest.Main(m) }
