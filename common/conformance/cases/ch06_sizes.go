// ch06_sizes.go: values and keys of the sizes at which an allocator changes its mind.

package cases

import (
	"strconv"
	"strings"

	"redis-internals/common/conformance"
)

// sizesAround are 2^k-1, 2^k and 2^k+1 for every k up to the power, each once.
func sizesAround(power int) []int {
	sizes := []int{0, 1, 2}
	for k := 2; k <= power; k++ {
		sizes = append(sizes, 1<<k-1, 1<<k, 1<<k+1)
	}
	return sizes
}

// setAndGet sets a key to a value of so many bytes, and reads it.
func setAndGet(t *T, c *conformance.Conn, key string, size int, options ...string) {
	value := numbered(size)
	t.Go(func() { c.Send(cmd(append([]string{"SET", key, value}, options...)...) + cmd("GET", key)) })
	c.Expect(done + bulk(value))
	t.Wait()
}

func sizesAroundPowers(t *T) {
	c := t.Dial()
	sizes := sizesAround(20)
	for _, size := range sizes {
		setAndGet(t, c, "size:"+strconv.Itoa(size), size)
	}
	for _, size := range sizes { // none has touched another
		c.Exchange(cmd("GET", "size:"+strconv.Itoa(size)), bulk(numbered(size)))
	}
	for i, size := range sizes { // every second one goes, and its place is used
		if i%2 == 0 {
			c.Exchange(cmd("SET", "size:"+strconv.Itoa(size), ""), done)
		}
	}
	for i, size := range sizes {
		if i%2 == 0 {
			setAndGet(t, c, "other:"+strconv.Itoa(size), size+7)
		}
	}
	for i, size := range sizes {
		want := bulk("")
		if i%2 == 1 {
			want = bulk(numbered(size))
		}
		c.Exchange(cmd("GET", "size:"+strconv.Itoa(size)), want)
	}
}

// sizesTakePlaces overwrites one key by smaller values and larger ones, between
// two neighbours.
func sizesTakePlaces(t *T) {
	c := t.Dial()
	for _, size := range []int{0, 5 << 20, 1, 1 << 20, 44, 45, 1<<20 + 1, 0, 300, 5<<20 - 1, 32768, 32769, 4096, 5<<20 + 1, 8, 7, 9, 1<<16 - 1, 1 << 16, 0} {
		setAndGet(t, c, "before", size/2)
		setAndGet(t, c, "k", size)
		setAndGet(t, c, "after", size+100)
		c.Exchange(cmd("GET", "before")+cmd("GET", "k")+cmd("DEL", "after"), bulk(numbered(size/2))+bulk(numbered(size))+one)
	}
	c.Exchange(cmd("DBSIZE"), ":2\r\n")
}

// everySmallLength overwrites a value of each length by one of another.
func everySmallLength(t *T) {
	c := t.Dial()
	text := numbered(300)
	for step := 1; step < 300; step += 37 {
		inBatches(t, c, 0, 300, func(i int) (string, string) {
			return cmd("SET", numberedKey(i), text[:i*step%300]), done
		})
		inBatches(t, c, 0, 300, func(i int) (string, string) {
			return cmd("GET", numberedKey(i)), bulk(text[:i*step%300])
		})
	}
}

// keysOfEveryLength has keys that are the beginnings of each other.
func keysOfEveryLength(t *T) {
	c := t.Dial()
	text := strings.Repeat("k", 70_000)
	lengths := sizesAround(16)
	for n := range 600 {
		lengths = append(lengths, n)
	}
	present := map[int]bool{}
	for _, n := range lengths {
		c.Exchange(cmd("SET", text[:n], "of "+strconv.Itoa(n)), done)
		present[n] = true
	}
	c.Exchange(cmd("DBSIZE"), integer(int64(len(present))))
	for n := range present {
		c.Exchange(cmd("GET", text[:n])+cmd("DEL", text[:n])+cmd("EXISTS", text[:n]), bulk("of "+strconv.Itoa(n))+one+zero)
	}
	c.Exchange(cmd("DBSIZE"), zero)
}

func keysOfAnyBytes(t *T) {
	c := t.Dial()
	var names []string
	for i := range 256 {
		b := everyValue[i : i+1]
		names = append(names, b, b+b, "\x00"+b+"\x00", everyValue+b)
	}
	present := map[string]string{}
	for i, name := range names {
		present[name] = strconv.Itoa(i)
		c.Exchange(cmd("SET", name, strconv.Itoa(i)), done)
	}
	c.Exchange(cmd("DBSIZE"), integer(int64(len(present))))
	for name, value := range present {
		c.Exchange(cmd("GET", name), bulk(value))
	}
}

func numbersAndText(t *T) {
	c := t.Dial()
	for range 3 {
		speak(
			c, plain,
			"SET k 41", done, "OBJECT ENCODING k", bulk("int"), "INCR k", ":42\r\n",
			"SET k short", done, "OBJECT ENCODING k", bulk("embstr"), "GET k", bulk("short"),
			"SET k 9223372036854775807", done, "OBJECT ENCODING k", bulk("int"), "GET k", bulk("9223372036854775807"),
			"SET k "+strings.Repeat("x", 45), done, "OBJECT ENCODING k", bulk("raw"), "GET k", bulk(strings.Repeat("x", 45)),
			"SET k -1 EX 1000", done, "DECR k", ":-2\r\n", "PERSIST k", one, "GET k", bulk("-2"),
			"SET k 9223372036854775808", done, "OBJECT ENCODING k", bulk("embstr"),
		)
	}
}

// timesAndSizes gives keys a TTL, takes it away and overwrites them, with values of
// many sizes: none of that may change another.
func timesAndSizes(t *T) {
	c := t.Dial()
	sizes := sizesAround(12)
	for _, size := range sizes {
		setAndGet(t, c, "size:"+strconv.Itoa(size), size, "PXAT", year2100+"000")
	}
	for i, size := range sizes {
		key := "size:" + strconv.Itoa(size)
		value := numbered(size)
		switch i % 4 {
		case 0:
			c.Exchange(cmd("PERSIST", key)+cmd("GET", key)+cmd("TTL", key), one+bulk(value)+noTTL)
		case 1:
			c.Exchange(cmd("SET", key, value+"longer", "KEEPTTL")+cmd("GET", key)+cmd("EXPIRETIME", key), done+bulk(value+"longer")+":"+year2100+"\r\n")
		case 2:
			c.Exchange(cmd("SET", key, value)+cmd("TTL", key)+cmd("PEXPIREAT", key, year2100+"001")+cmd("GET", key), done+noTTL+one+bulk(value))
		case 3:
			c.Exchange(cmd("DEL", key)+cmd("SET", key, "v", "EX", "1000", "NX")+cmd("GET", key), one+done+bulk("v"))
		}
	}
	for i, size := range sizes {
		key := "size:" + strconv.Itoa(size)
		want := []string{noTTL, ":" + year2100 + "000\r\n", ":" + year2100 + "001\r\n"}
		if i%4 < 3 {
			c.Exchange(cmd("PEXPIRETIME", key), want[i%4])
		}
	}
}
