// ch04_pipelining.go: many requests before the first reply is read.

package cases

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// pipelining is many requests before the first reply is read.
func pipelining() list {
	rows := list{
		{Name: "10000 mixed commands in one go are answered in order", Run: tenThousandMixed},
		{Name: "an error in a pipeline does not stop what follows", Run: errorsInPipeline},
		{Name: "a pipeline sees its own writes", Run: seesItsOwnWrites},
		{Name: "a pipeline of 20 MB is answered in order", Run: twentyMegabytes},
		{Name: "a pipeline mixes lines, arrays and empty requests", Run: mixedFrames},
		{Name: "what is whole of a pipeline is answered before the rest comes", Run: wholePartIsAnswered},
		{Name: "a pipeline of values of all sizes is stored and read back", Run: valuesOfAllSizes},
		{Name: "64 clients pipeline beside each other", Run: sixtyFourPipelines},
		{Name: "a protocol error ends a pipeline where it stands", Run: endsPipeline("*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n")},
		{Name: "a protocol error in a request's argument ends a pipeline", Run: endsPipeline("*2\r\n$3\r\nGET\r\n$x\r\n", "-ERR Protocol error: invalid bulk length\r\n")},
		{Name: "an unbalanced quote ends a pipeline", Run: endsPipeline("GET \"a\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n")},
		{Name: "QUIT ends a pipeline: nothing behind it is executed", Run: endsPipeline(cmd("QUIT"), done)},
		{Name: "POST ends a pipeline: nothing behind it is executed", Run: postEndsPipeline},
		{Name: "go-redis pipelines commands on keys", Run: goRedisPipelinesKeys},
	}
	return in(4, lesson4Pipelining, append(rows, boundaries()...))
}

// mixed is n requests of many kinds, some of them refused, and their replies.
func mixed(own keys, n int) (requests, replies string) {
	var a, b strings.Builder
	for i := range n {
		k := "@" + strconv.Itoa(i/10)
		var request, reply string
		switch i % 10 {
		case 0:
			request, reply = own.cmd("SET "+k+" "+strconv.Itoa(i)), done
		case 1:
			request, reply = own.cmd("GET "+k), bulk(strconv.Itoa(i-1))
		case 2:
			request, reply = own.cmd("nosuch "+strconv.Itoa(i)), unknown("nosuch", strconv.Itoa(i))
		case 3:
			request, reply = own.cmd("EXPIRE "+k+" 10000"), one
		case 4:
			request, reply = own.cmd("SET "+k+" v NX"), nilBulk
		case 5:
			request, reply = own.cmd("GET "+k+" "+k), wrongArity("get")
		case 6:
			request, reply = "PERSIST "+own.key(strconv.Itoa(i/10))+"\r\n", one
		case 7:
			request, reply = own.cmd("TTL "+k), noTTL
		case 8:
			request, reply = own.cmd("UNLINK "+k+" "+k), one
		case 9:
			request, reply = own.cmd("ECHO "+strconv.Itoa(i)), bulk(strconv.Itoa(i))
		}
		a.WriteString(request)
		b.WriteString(reply)
	}
	return a.String(), b.String()
}

func tenThousandMixed(t *T) {
	c := t.Dial()
	requests, replies := mixed(newKeys(), 10_000)
	t.Go(func() { c.Send(requests) })
	c.Expect(replies)
}

func errorsInPipeline(t *T) {
	c, own := t.Dial(), newKeys()
	c.Exchange(
		own.cmd("SET @k v")+cmd("nosuch")+cmd("SET")+own.cmd("SET @k v EX 0")+own.cmd("EXPIRE @k x")+cmd("")+own.cmd("SET @k w FOO")+own.cmd("GET @k")+cmd("PING"),
		done+unknown("nosuch")+wrongArity("set")+invalidExpire("set")+noInteger+unknown("")+syntax+bulk("v")+"+PONG\r\n",
	)
}

func seesItsOwnWrites(t *T) {
	c, own := t.Dial(), newKeys()
	var requests, replies strings.Builder
	for i := range 1000 {
		requests.WriteString(own.cmd(fmt.Sprintf("SET @k %d GET", i)))
		if i == 0 {
			replies.WriteString(nilBulk)
		} else {
			replies.WriteString(bulk(strconv.Itoa(i - 1)))
		}
	}
	c.Exchange(requests.String()+own.cmd("GET @k"), replies.String()+bulk("999"))
}

func twentyMegabytes(t *T) {
	const pieces = 20_000
	s := numbered(16 * pieces)
	var requests, replies strings.Builder
	for i := range pieces {
		piece := s[16*i:16*i+15] + strings.Repeat("x", i%2000)
		requests.WriteString(cmd("ECHO", piece))
		replies.WriteString(bulk(piece))
	}
	c := t.Dial()
	t.Go(func() { c.Send(requests.String()) })
	c.Expect(replies.String())
}

func mixedFrames(t *T) {
	c := t.Dial()
	requests := strings.Repeat(severalRequests+"\r\n*0\r\n\n*-5\r\n \r\n", 1000)
	t.Go(func() { c.Send(requests) })
	c.Expect(strings.Repeat(severalReplies, 1000))
}

func wholePartIsAnswered(t *T) {
	c, own := t.Dial(), newKeys()
	requests, replies := mixed(own, 1000)
	last := own.cmd("SET @last v")
	for _, cut := range []int{1, 3, 8, len(last) / 2, len(last) - 1} {
		c.Exchange(requests+last[:cut], replies)
		c.Exchange(last[cut:]+own.cmd("DEL @last"), done+one)
	}
}

// valuesOfAllSizes stores values around every power of two, where buffers end.
func valuesOfAllSizes(t *T) {
	c, own := t.Dial(), newKeys()
	all := numbered(1<<18 + 1)
	var sets, gets, dels, values strings.Builder
	n := 0
	for size := 1; size <= 1<<18; size *= 2 {
		for length := size - 1; length <= size+1; length++ {
			key := own.key(strconv.Itoa(n))
			sets.WriteString(cmd("SET", key, all[:length]))
			gets.WriteString(cmd("GET", key))
			dels.WriteString(cmd("DEL", key))
			values.WriteString(bulk(all[:length]))
			n++
		}
	}
	t.Go(func() { c.Send(sets.String() + gets.String() + dels.String()) })
	c.Expect(strings.Repeat(done, n) + values.String() + strings.Repeat(one, n))
}

func sixtyFourPipelines(t *T) {
	for range 64 {
		c := t.Dial()
		t.Go(func() {
			for range 3 {
				requests, replies := mixed(newKeys(), 300)
				c.Exchange(requests, replies)
			}
		})
	}
}

// endsPipeline sends a long pipeline with this in the middle, after which the
// server says its last word and closes.
func endsPipeline(end, last string) func(*T) {
	return func(t *T) {
		c, own := t.Dial(), newKeys()
		requests, replies := mixed(own, 500)
		c.Send(requests + own.cmd("SET @before v") + end + own.cmd("SET @behind v") + own.cmd("DEL @before"))
		c.Expect(replies + done + last)
		c.ExpectClosed()
		speak(t.Dial(), own, "GET @before", bulk("v"), "GET @behind", nilBulk)
	}
}

// postEndsPipeline demands no reply: a server may close at once, and lose those
// that it has not sent.
func postEndsPipeline(t *T) {
	c, own := t.Dial(), newKeys()
	c.Send(own.cmd("SET @before v") + "POST / HTTP/1.1\r\n" + own.cmd("SET @behind v"))
	require.LessOrEqual(t, c.Discard(), int64(len(done)), "bytes that came")
	speak(t.Dial(), own, "GET @before", bulk("v"), "GET @behind", nilBulk)
}

// boundaries are pipelines that end, or tear a request, where a server's buffer
// may end.
func boundaries() (rows list) {
	for _, kilobytes := range []int{4, 16, 32, 64, 128} {
		n := kilobytes << 10
		row := list{
			{Name: fmt.Sprintf("a pipeline of %d KB, a byte less and a byte more", kilobytes), Run: func(t *T) {
				c := t.Dial()
				for _, size := range []int{n - 1, n, n + 1} {
					requests, replies := exactly(size)
					c.Exchange(requests, replies)
				}
			}},
			{Name: fmt.Sprintf("a request anywhere across %d KB of a pipeline", kilobytes), Run: func(t *T) { acrossBoundary(t, n) }},
		}
		rows = append(rows, row...)
	}
	return rows
}

// exactly is requests of so many bytes, 31 at least, and their replies.
func exactly(size int) (requests, replies string) {
	ping := cmd("PING")
	pings := (size - 31) / len(ping)
	// The rest is an ECHO, whose frame takes 21 bytes.
	word := strings.Repeat("e", size-pings*len(ping)-21)
	return strings.Repeat(ping, pings) + cmd("ECHO", word), strings.Repeat("+PONG\r\n", pings) + bulk(word)
}

func acrossBoundary(t *T, n int) {
	c, own := t.Dial(), newKeys()
	torn := own.cmd("SET @k 0123456789")
	for before := range len(torn) + 1 {
		requests, replies := exactly(n - before)
		c.Exchange(requests+torn+own.cmd("GET @k")+own.cmd("DEL @k"), replies+done+bulk("0123456789")+one)
	}
}

func goRedisPipelinesKeys(t *T) {
	ctx, client, own := context.Background(), t.Client(), newKeys()
	var gets []*redis.StringCmd
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range 500 {
			p.Set(ctx, own.key(strconv.Itoa(i)), i, 0)
		}
		for i := range 501 {
			gets = append(gets, p.Get(ctx, own.key(strconv.Itoa(i))))
		}
		return nil
	})
	require.ErrorIs(t, err, redis.Nil, "the last GET finds nothing")
	for i, get := range gets[:500] {
		require.Equal(t, strconv.Itoa(i), get.Val())
	}
}
