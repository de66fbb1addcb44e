// histogram.go: latencies in log-linear buckets, as HdrHistogram has them.
//
//	nanoseconds   0 1 2 ... 127 | 128..255 | 256..511 | 512..1023 | ...
//	bucket width        1       |    1     |    2     |     4     | ...
//
// Every doubling is cut into 128 buckets of one width, so a bucket is at most
// 1/128 of its values wide, and its middle at most 0.4 % off. Recording is a
// shift and an increment; nothing is allocated. Memory: 37 KB, little of it touched.

package load

import (
	"math"
	"math/bits"
	"time"
)

const (
	subBits    = 7                                  // 128 buckets a doubling
	topBits    = 42                                 // up to 2^42 ns, 73 minutes
	bucketsAll = (topBits - subBits + 1) << subBits // the first two doublings are exact
)

// Histogram counts durations.
type Histogram struct {
	counts [bucketsAll]uint64
	total  uint64
	max    uint64
}

// Record counts one duration. Negative ones count as 0, those beyond the
// range in the last bucket. O(1).
func (h *Histogram) Record(d time.Duration) {
	ns := uint64(max(d, 0))
	h.counts[bucketOf(ns)]++
	h.total++
	h.max = max(h.max, ns)
}

// bucketOf: the leading 1 says the doubling, the 7 bits after it the bucket.
func bucketOf(ns uint64) int {
	shift := bits.Len64(ns) - 1 - subBits
	if shift <= 0 {
		return int(ns) // below 256: one nanosecond a bucket
	}
	if shift > topBits-subBits-1 {
		return bucketsAll - 1
	}
	return shift<<subBits + int(ns>>shift)
}

// middleOf is the value a bucket stands for.
func middleOf(bucket int) uint64 {
	shift := bucket>>subBits - 1
	if shift <= 0 {
		return uint64(bucket)
	}
	low := uint64(bucket-shift<<subBits) << shift
	return low + 1<<shift/2
}

// Quantile returns the duration below or at which the fraction q (0..1) of the
// recorded ones lie: the smallest of rank ceil(q*count), to within 0.4 %.
// It is 0 where nothing was recorded. O(buckets).
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := max(1, uint64(math.Ceil(q*float64(h.total))))
	var below uint64
	for i, n := range h.counts {
		if below += n; n > 0 && below >= rank {
			return time.Duration(min(middleOf(i), h.max))
		}
	}
	return 0
}

// Max is the longest recorded duration, exactly.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max) }

// Reset forgets all that was recorded.
func (h *Histogram) Reset() { *h = Histogram{} }
