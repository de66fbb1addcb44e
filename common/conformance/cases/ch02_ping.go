// ch02_ping.go: the first commands, and how a command is refused.

package cases

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// ping is the first commands, and how a command is refused.
func ping() list {
	long := strings.Repeat("x", 200)
	return in(2, lesson2PING, list{
		{Name: "PING answers PONG", Run: answers(cmd("PING"), "+PONG\r\n")},
		{Name: "PING with an argument answers it", Run: answers(cmd("PING", "hello"), bulk("hello"))},
		{Name: "PING with two arguments is refused", Run: answers(cmd("PING", "a", "b"), wrongArity("ping"))},
		{Name: "ECHO answers its argument", Run: answers(cmd("ECHO", "hello"), bulk("hello"))},
		{Name: "ECHO without an argument is refused", Run: answers(cmd("ECHO"), wrongArity("echo"))},
		{Name: "ECHO with two arguments is refused", Run: answers(cmd("ECHO", "a", "b"), wrongArity("echo"))},
		{Name: "a name may be in any case", Run: answers(cmd("pInG")+cmd("eCHo", "Ab")+"echo Ab\r\n", "+PONG\r\n"+bulk("Ab")+bulk("Ab"))},
		{Name: "a name with a space after it is unknown", Run: answers(cmd("PING "), unknown("PING "))},
		{Name: "a name that only begins like a command is unknown", Run: answers(cmd("PIN")+cmd("PINGS"), unknown("PIN")+unknown("PINGS"))},
		{Name: "an unknown command is refused by name", Run: answers(cmd("nosuch"), unknown("nosuch"))},
		{Name: "an unknown command's name keeps its case", Run: answers(cmd("NoSuch"), unknown("NoSuch"))},
		{Name: "an unknown command's arguments are repeated", Run: answers(cmd("nosuch", "a", "", "b c"), unknown("nosuch", "a", "", "b c"))},
		{Name: "an unknown command's name is cut at 128 bytes", Run: answers(cmd(long, "a"), unknown(long[:128], "a"))},
		{Name: "an unknown command's argument is cut at 128 bytes", Run: answers(cmd("nosuch", long, "b"), unknown("nosuch", long[:128]))},
		{Name: "an unknown command's arguments are cut where they reach 128 bytes", Run: answers(cmd("nosuch", long[:100], strings.Repeat("b", 100), "c"), unknown("nosuch", long[:100], strings.Repeat("b", 25)))},
		{Name: "an unknown command's many arguments are not all repeated", Run: answers(cmd(append([]string{"nosuch"}, fourties...)...), unknown("nosuch", fourties[:16]...))},
		{Name: "newlines in an unknown command become spaces", Run: answers(cmd("a\r\nb", "c\nd\re"), unknown("a  b", "c d e"))},
		{Name: "an unknown command may hold bytes beyond ASCII", Run: answers(cmd("\xff\xfe", "\xc3\x28"), unknown("\xff\xfe", "\xc3\x28"))},
		{Name: "a command after a refused one is answered", Run: answers(cmd("nosuch")+cmd("ECHO")+cmd("ECHO", "x"), unknown("nosuch")+wrongArity("echo")+bulk("x"))},
		{Name: "a subcommand's full name is no command", Run: answers(cmd("client|id"), unknown("client|id"))},
		{Name: "QUIT answers OK and closes", Run: answersAndCloses(cmd("QUIT"), "+OK\r\n")},
		{Name: "QUIT as a line answers OK and closes", Run: answersAndCloses("quit\r\n", "+OK\r\n")},
		{Name: "QUIT takes any arguments", Run: answersAndCloses(cmd("QUIT", "now", "please"), "+OK\r\n")},
		{Name: "what follows QUIT is not answered", Run: answersAndCloses(cmd("PING")+cmd("QUIT")+cmd("PING"), "+PONG\r\n+OK\r\n")},
		{Name: "go-redis speaks RESP2 with it", Run: goRedis},
		{Name: "go-redis connects with its defaults", Run: goRedisDefaults},
		{Name: "go-redis pipelines", Run: goRedisPipeline},
	})
}

// fourties is arg00 to arg39.
var fourties = func() (args []string) {
	for tens := '0'; tens < '4'; tens++ {
		for ones := '0'; ones <= '9'; ones++ {
			args = append(args, "arg"+string(tens)+string(ones))
		}
	}
	return args
}()

func goRedis(t *T) {
	ctx, client := context.Background(), t.Client()
	pong, err := client.Ping(ctx).Result()
	require.NoError(t, err)
	require.Equal(t, "PONG", pong)
	echo, err := client.Echo(ctx, "a\x00\xff").Result()
	require.NoError(t, err)
	require.Equal(t, "a\x00\xff", echo)
	err = client.Do(ctx, "nosuch", "a").Err()
	require.EqualError(t, err, "ERR unknown command 'nosuch', with args beginning with: 'a' ")
	require.NoError(t, client.Ping(ctx).Err(), "after an error")
}

// goRedisDefaults lets the client open as it likes: HELLO 3, CLIENT SETINFO.
// A server may refuse either, as long as it does so with an error reply.
func goRedisDefaults(t *T) {
	ctx, client := context.Background(), t.ClientWith(redis.Options{})
	for range 3 {
		require.NoError(t, client.Ping(ctx).Err())
	}
}

func goRedisPipeline(t *T) {
	ctx := context.Background()
	pipe := t.Client().Pipeline()
	words := fourties
	for _, w := range words {
		pipe.Echo(ctx, w)
	}
	replies, err := pipe.Exec(ctx)
	require.NoError(t, err)
	for i, r := range replies {
		require.Equal(t, words[i], r.(*redis.StringCmd).Val())
	}
}
