// ch03_set.go: what SET stores and GET finds.

package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// getAndSet is what SET stores and GET finds.
func getAndSet() list {
	return in(3, lesson3Set, list{
		{Name: "GET of a missing key answers nil", Run: dialogue("GET @k", nilBulk)},
		{Name: "GET finds what SET stored", Run: dialogue("SET @k v", done, "GET @k", bulk("v"))},
		{Name: "SET and GET may be in any case", Run: dialogue("sEt @k v", done, "gEt @k", bulk("v"))},
		{Name: "SET overwrites", Run: dialogue("SET @k old", done, "SET @k newer", done, "GET @k", bulk("newer"), "SET @k n", done, "GET @k", bulk("n"))},
		{Name: "keys differ by case", Run: dialogue("SET @k lower", done, "SET @K upper", done, "GET @k", bulk("lower"), "GET @K", bulk("upper"))},
		{Name: "keys and values hold any bytes", Run: anyBytes},
		{Name: "a key may be empty, and a value", Run: emptyKeyAndValue},
		{Name: "a value that looks like a number stays as it was written", Run: numbersStay},
		{Name: "SET as a line takes quoted values", Run: inlineSet},
		{Name: "one client gets what another set", Run: othersValue},
		{Name: "keys and values outlive the requests that brought them", Run: outlive},
		{Name: "a refused SET changes nothing", Run: dialogue("SET @k v EX 1000", done, "SET @k w EX 0", invalidExpire("set"), "SET @k w EX 10 NX XX", syntax, "GET @k", bulk("v"), "EXPIRE @k 10 NX", zero)},
		{Name: "a value of 100 MB comes back", Run: hugeValue, Own: true, Timeout: 2 * time.Minute},
		{Name: "go-redis sets and gets", Run: goRedisSets},
	})
}

func anyBytes(t *T) {
	c, own := t.Dial(), newKeys()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	words := []string{"\x00", "\r\n", "a\x00b", "$3\r\nfoo\r\n", "\xff\xfe", "\xc3\x28", " ", "*", "\"", string(every)}
	for i, key := range words {
		c.Exchange(cmd("SET", own.key(key), words[len(words)-1-i]), done)
	}
	for i, key := range words {
		c.Exchange(cmd("GET", own.key(key)), bulk(words[len(words)-1-i]))
	}
	c.Exchange(cmd("GET", own.key("a")), nilBulk)
	c.Exchange(cmd("GET", own.key("a\x00")), nilBulk)
}

func emptyKeyAndValue(t *T) {
	c := t.Dial()
	c.Exchange(cmd("SET", "", "v")+cmd("GET", "")+cmd("EXISTS", ""), done+bulk("v")+one)
	c.Exchange(cmd("SET", "", "")+cmd("GET", "")+cmd("EXISTS", "", ""), done+bulk("")+":2\r\n")
	c.Exchange(cmd("DEL", "")+cmd("GET", ""), one+nilBulk)
}

func numbersStay(t *T) {
	c, own := t.Dial(), newKeys()
	for _, v := range []string{"0", "-0", "007", "+7", "12", "-12", "1.0", "1e3", "9223372036854775807", "-9223372036854775808", "9223372036854775808", " 1", "1 "} {
		c.Exchange(cmd("SET", own.key("k"), v)+cmd("GET", own.key("k")), done+bulk(v))
	}
}

func inlineSet(t *T) {
	c, key := t.Dial(), newKeys().key("k")
	c.Exchange("set "+key+" \"a b\\x00\\n\"\r\nGET "+key+"\r\n", done+bulk("a b\x00\n"))
	c.Exchange("SET "+key+" ''\nget '"+key+"'\n", done+bulk(""))
}

func othersValue(t *T) {
	own := newKeys()
	a, b := t.Dial(), t.Dial()
	speak(a, own, "SET @k fromA", done)
	speak(b, own, "GET @k", bulk("fromA"), "SET @k fromB", done)
	speak(a, own, "GET @k", bulk("fromB"))
	a.Close()
	speak(t.Dial(), own, "GET @k", bulk("fromB"))
}

// outlive stores values of many lengths in a few requests, has the server read
// other bytes in their place, and asks for them then.
func outlive(t *T) {
	c, own := t.Dial(), newKeys()
	var sets, gets, values strings.Builder
	names := make([]string, 0, 200)
	for i := range 200 {
		name, value := own.key(fmt.Sprintf("%03d", i)), strings.Repeat(strconv.Itoa(i%10), i*i%700)
		names = append(names, name)
		sets.WriteString(cmd("SET", name, value))
		gets.WriteString(cmd("GET", name))
		values.WriteString(bulk(value))
	}
	c.Exchange(sets.String(), strings.Repeat(done, 200))
	for range 3 {
		noise := strings.Repeat("noise", sets.Len()/5)
		c.Exchange(cmd("ECHO", noise), bulk(noise))
	}
	c.Exchange(gets.String(), values.String())
	listed := c.Call("KEYS", own.key("*")).Strings()
	slices.Sort(listed)
	require.Equal(t, names, listed)
}

// hugeValue sends and expects a megabyte at a time, each of which says where
// it belongs.
func hugeValue(t *T) {
	const megabytes = 100
	c, own := t.Dial(), newKeys()
	piece := numbered(1<<20 - 16)
	length := strconv.Itoa(megabytes << 20)
	c.Send("*3\r\n$3\r\nSET\r\n" + bulk(own.key("k")) + "$" + length + "\r\n")
	for i := range megabytes {
		c.Send(fmt.Sprintf("megabyte %07d", i) + piece)
	}
	c.Exchange("\r\n", done)
	c.Exchange(own.cmd("GET @k"), "$"+length+"\r\n")
	for i := range megabytes {
		c.Expect(fmt.Sprintf("megabyte %07d", i) + piece)
	}
	c.Expect("\r\n")
	speak(c, own, "DEL @k", one, "GET @k", nilBulk)
}

func goRedisSets(t *T) {
	ctx, client, key := context.Background(), t.Client(), newKeys().key("k")
	require.ErrorIs(t, client.Get(ctx, key).Err(), redis.Nil)
	require.NoError(t, client.Set(ctx, key, "a\x00b", time.Hour).Err())
	value, err := client.Get(ctx, key).Result()
	require.NoError(t, err)
	require.Equal(t, "a\x00b", value)
	left, err := client.TTL(ctx, key).Result()
	require.NoError(t, err)
	require.InDelta(t, time.Hour, left, float64(30*time.Second))
	set, err := client.SetNX(ctx, key, "other", 0).Result()
	require.NoError(t, err)
	require.False(t, set)
	deleted, err := client.Del(ctx, key, key).Result()
	require.NoError(t, err)
	require.EqualValues(t, 1, deleted)
	left, err = client.TTL(ctx, key).Result()
	require.NoError(t, err)
	require.EqualValues(t, -2, left)
}
