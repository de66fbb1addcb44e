// same.go: when two replies agree.

package differential

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"redis-internals/common/conformance/wire"
)

// How far apart the replies of two servers may be that tell a time. They get
// each command at about the same moment; all the times of a sequence are much
// farther from each other.
const (
	toleranceSeconds      = 1
	toleranceMilliseconds = 1000
)

// endOfCentury, in seconds and milliseconds, parts the times counted from now
// from those counted from 1970: the latter must agree to the digit.
const (
	endOfCentury   = 4_102_444_800
	endOfCenturyMs = endOfCentury * 1000
)

// Same says whether two servers' replies to the request agree: byte for byte,
// but for the order of what has none, for what is drawn by chance, and for times that are
// counted from now.
func Same(request []string, a, b wire.Value) bool {
	switch strings.ToUpper(request[0]) {
	case "KEYS", "SMEMBERS", "SPOP", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS":
		return reflect.DeepEqual(sorted(a), sorted(b))
	case "HGETALL":
		return reflect.DeepEqual(sorted(pairs(a)), sorted(pairs(b)))
	case "SCAN", "SSCAN":
		return reflect.DeepEqual(scanned(a, sorted), scanned(b, sorted))
	case "HSCAN", "ZSCAN":
		inPairs := func(v wire.Value) wire.Value { return sorted(pairs(v)) }
		return reflect.DeepEqual(scanned(a, inPairs), scanned(b, inPairs))
	case "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER":
		if !a.IsError() && !b.IsError() {
			return a.Kind == b.Kind && a.Null == b.Null && len(a.Elems) == len(b.Elems)
		}
	case "TTL":
		return near(a, b, toleranceSeconds)
	case "PTTL":
		return near(a, b, toleranceMilliseconds)
	case "EXPIRETIME":
		if a.Int < endOfCentury {
			return near(a, b, toleranceSeconds)
		}
	case "PEXPIRETIME":
		if a.Int < endOfCenturyMs {
			return near(a, b, toleranceMilliseconds)
		}
	}
	return reflect.DeepEqual(a, b)
}

// Bytes is a reply as it is on the wire.
func Bytes(v wire.Value) string {
	switch {
	case v.Kind == '_':
		return "_\r\n"
	case v.Null:
		return string(v.Kind) + "-1\r\n"
	case v.Kind == '$', v.Kind == '=':
		return string(v.Kind) + wire.Bulk(v.Text)[1:]
	case v.Kind == '*', v.Kind == '~', v.Kind == '>', v.Kind == '%':
		n := len(v.Elems)
		if v.Kind == '%' {
			n /= 2
		}
		var b strings.Builder
		b.WriteString(string(v.Kind) + strconv.Itoa(n) + "\r\n")
		for _, e := range v.Elems {
			b.WriteString(Bytes(e))
		}
		return b.String()
	}
	return string(v.Kind) + v.Text + "\r\n"
}

// near lets integers differ that are not among the answers -1 and -2.
func near(a, b wire.Value, tolerance int64) bool {
	if a.Kind != ':' || b.Kind != ':' || a.Int < 0 || b.Int < 0 {
		return reflect.DeepEqual(a, b)
	}
	return a.Int-b.Int <= tolerance && b.Int-a.Int <= tolerance
}

// sorted is the reply with its elements in order, if it has any.
func sorted(v wire.Value) wire.Value {
	v.Elems = slices.Clone(v.Elems)
	slices.SortFunc(v.Elems, func(a, b wire.Value) int { return strings.Compare(a.Text, b.Text) })
	return v
}

// pairs is an array, or a map, of two elements each for every two, whose text is that of both.
func pairs(v wire.Value) wire.Value {
	if v.Kind != '*' && v.Kind != '%' || len(v.Elems)%2 != 0 {
		return v
	}
	elems := make([]wire.Value, len(v.Elems)/2)
	for i := range elems {
		elems[i] = wire.Value{Kind: '*', Text: v.Elems[2*i].Text + "\x00" + v.Elems[2*i+1].Text, Elems: v.Elems[2*i : 2*i+2]}
	}
	v.Elems = elems
	return v
}

// scanned is what SCAN answers, a cursor and elements, with these put into an order.
func scanned(v wire.Value, order func(wire.Value) wire.Value) wire.Value {
	if v.Kind == '*' && len(v.Elems) == 2 {
		v.Elems = []wire.Value{v.Elems[0], order(v.Elems[1])}
	}
	return v
}
