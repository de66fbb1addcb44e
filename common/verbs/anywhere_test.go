package verbs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"redis-internals/common/chapters"
)

func read(t *testing.T, name string) string {
	t.Helper()
	root, err := chapters.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// Each way to a Linux has the Go that go.work asks for, and what make doctor calls needed.
func TestAnywhere_EachWayHasTheGoAndTheProgramsThatVerbsNeed(t *testing.T) {
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.work"))[1]
	var container struct{ Image, OnCreateCommand, PostCreateCommand string }
	require.NoError(t, json.Unmarshal([]byte(read(t, ".devcontainer/devcontainer.json")), &container))
	require.Equal(t, "golang:"+wanted+"-bookworm", container.Image)
	require.Equal(t, "make doctor", container.PostCreateCommand)
	lima, page := read(t, "lima.yaml"), read(t, "docs/anywhere.md")
	wsl := page[strings.Index(page, "## WSL"):]
	for _, text := range []string{lima, wsl} {
		require.Regexp(t, `https://go\.dev/dl/go`+regexp.QuoteMeta(wanted)+`\.\d+\.linux-\$\(dpkg --print-architecture\)\.tar\.gz`, text)
	}
	for _, program := range []string{"git", "make", "redis-server", "redis-tools", "netcat-openbsd"} {
		for _, text := range []string{container.OnCreateCommand, lima, wsl} {
			require.Contains(t, text, " "+program)
		}
	}
}

func TestAnywhere_EachWayEndsInTheTwoCommands(t *testing.T) {
	page := read(t, "docs/anywhere.md")
	sections := strings.Split(page, "\n## ")
	require.Len(t, sections, 5)
	for _, section := range sections {
		require.Regexp(t, `(?m)^(.* )?make run\b`, section)
		require.Regexp(t, `(?m)^(.* )?make test\b`, section)
	}
	for _, m := range regexp.MustCompile(`\]\(\.\./([^)]+)\)`).FindAllStringSubmatch(page, -1) {
		read(t, m[1]) // what is linked is there
	}
}
