// Package transcript is what the Go sessions share: how they are called and what they print.
package transcript

import (
	"bufio"
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Arguments are PORT PASSWORD PROTOCOL LIST; list is the file of requests.
func Arguments() (addr, password string, protocol int, list string) {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: PORT PASSWORD PROTOCOL LIST")
		os.Exit(2)
	}
	fmt.Sscan(os.Args[3], &protocol)
	return "127.0.0.1:" + os.Args[1], os.Args[2], protocol, os.Args[4]
}

// Each sends the requests of a list and shows the replies.
func Each(list string, do func(words []string) (any, error)) {
	text, err := os.ReadFile(list)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		name, unordered := strings.CutPrefix(words[0], "~")
		v, err := do(append([]string{name}, words[1:]...))
		if err != nil {
			v = err
		}
		if elements, ok := v.([]any); ok && unordered {
			v = Sorted(elements)
		}
		Show(strings.TrimSpace(line), v)
	}
}

// Show prints a step and what came of it. A function that returned an error gives the
// error's text.
func Show(step string, values ...any) {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = text(v)
	}
	fmt.Printf("%s: %s\n", step, strings.Join(texts, ", "))
}

// text writes strings quoted, wherever they are; maps come sorted by their keys.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return "error(" + v.Error() + ")"
	case []byte:
		return text(string(v))
	case string:
		return fmt.Sprintf("%q", v)
	}
	r := reflect.ValueOf(v)
	var list []string
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range r.Len() {
			list = append(list, text(r.Index(i).Interface()))
		}
		return "[" + strings.Join(list, " ") + "]"
	case reflect.Map:
		for _, k := range r.MapKeys() {
			list = append(list, text(k.Interface())+":"+text(r.MapIndex(k).Interface()))
		}
		slices.Sort(list)
		return "{" + strings.Join(list, " ") + "}"
	}
	return fmt.Sprintf("%v", v)
}

// Sorted is a copy of the list, sorted by what is printed of each element.
func Sorted[T any](list []T) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(text(a), text(b)) })
	return list
}

// Sum is the sum of all that a value prints.
func Sum(v any) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text(v)))) }

// Await asks until it gets true: what is awaited takes its time.
func Await(step string, ask func() bool) {
	deadline := time.Now().Add(30 * time.Second)
	for !ask() {
		if time.Now().After(deadline) {
			Show(step, errors.New("awaited in vain"))
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	Show(step, true)
}

// Restart has the server restarted, and returns when it is up.
func Restart() {
	fmt.Println("@restart")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// EveryByte is a value with all bytes there are, and what a sloppy parser would trip over.
func EveryByte() string {
	var b []byte
	for i := range 256 {
		b = append(b, byte(i))
	}
	return string(b) + "\r\n\x00$-1\r\n"
}
