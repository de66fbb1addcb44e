// merge.go: one file's three-way merge.
//
//	            base                ch03 as committed
//	           /    \
//	    theirs        ours          ch03 with a fix; ch05, which has grown since
//	           \    /
//	           merged               ch05 with the fix
//
// Two versions alone cannot say who changed a line. The base can: a line that
// differs from it on one side was changed there, and that side wins. Where both
// sides changed the same lines, or lines that touch, the merge is a conflict and
// a person has to decide.
//
//	base      theirs    ours           merged
//	n := 0    n := 1    n := 0         n := 1        theirs changed it
//	read()    read()    readAll()      readAll()     ours changed it
//	close()   stop()    c.Close()      ?             both did: conflict

package chapters

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// mergeFiles brings the change from base to theirs into ours. Where that is a
// conflict the result has ours, and conflicts has the line of ours, from 1.
func mergeFiles(base, theirs, ours file) (merged file, conflicts []int, err error) {
	merged = ours
	if base.executable() != theirs.executable() {
		merged.perm = ours.perm &^ 0o111
		if theirs.executable() {
			merged.perm |= ours.perm & 0o444 >> 2 // for those who may read it
		}
	}
	switch {
	case bytes.Equal(base.data, theirs.data), bytes.Equal(ours.data, theirs.data):
		return merged, nil, nil
	case bytes.Equal(ours.data, base.data):
		merged.data = theirs.data
		return merged, nil, nil
	case base.binary() || theirs.binary() || ours.binary():
		return merged, []int{1}, nil
	}
	marked, count, err := gitMergeFile(base, theirs, ours)
	if err != nil || count == 0 {
		merged.data = marked
		return merged, nil, err
	}
	if has, err := hasChange(base, theirs, ours); has || err != nil {
		return merged, nil, err
	}
	if merged.data, _, err = gitMergeFile(base, theirs, ours, "--ours"); err != nil {
		return merged, nil, err
	}
	conflicts, err = conflictLines(ours.data, marked)
	if len(conflicts) == 0 {
		conflicts = []int{1} // there is one, wherever it is
	}
	return merged, conflicts, err
}

// hasChange reports whether ours is what an earlier merge made. A merge of its
// own result can be a conflict, where lines repeat or theirs' change touches one
// of ours. So take the change back out, merge it in anew, and see whether that
// gives ours.
func hasChange(base, theirs, ours file) (bool, error) {
	without := ours
	var err error
	if without.data, _, err = gitMergeFile(theirs, base, ours, "--theirs"); err != nil {
		return false, err
	}
	again, count, err := gitMergeFile(base, theirs, without)
	return count == 0 && bytes.Equal(again, ours.data), err
}

// gitMergeFile returns what git merge-file prints, and the number of conflicts.
func gitMergeFile(base, theirs, ours file, options ...string) ([]byte, int, error) {
	args := append([]string{"merge-file", "-p", "-L", "ours", "-L", "base", "-L", "theirs"}, options...)
	out, err := gitOnTexts(args, ours.data, base.data, theirs.data)
	count := exitCode(err)
	if count < 0 || count > 127 {
		return nil, 0, err
	}
	return out, count, nil
}

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? `)

// conflictLines finds where in ours the merge's conflicts are. The merge's
// output has other changes too, so its line numbers are not those of ours; the
// difference from ours tells where each conflict marker was put in.
func conflictLines(ours, marked []byte) ([]int, error) {
	diff, err := gitOnTexts([]string{
		"diff", "--no-index", "--no-ext-diff", "--no-color", "--text",
		"--unified=0", "--inter-hunk-context=0", "--",
	}, ours, marked)
	if exitCode(err) != 1 { // they differ: marked has the markers
		return nil, err
	}
	var found []int
	next := 0 // the line of ours behind the hunk
	for line := range strings.SplitSeq(string(diff), "\n") {
		if m := hunkHeader.FindStringSubmatch(line); m != nil {
			first, _ := strconv.Atoi(m[1]) // digits, says the pattern
			count, err := strconv.Atoi(m[2])
			if err != nil || count == 0 { // git leaves a 1 out, and counts
				count = 1 // nothing from the line before it
			}
			next = first + count
		}
		if strings.TrimSuffix(line, "\r") == "+<<<<<<< ours" {
			found = append(found, next)
		}
	}
	return found, nil
}

// gitOnTexts runs git with the texts as files, named behind args.
func gitOnTexts(args []string, texts ...[]byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "chapters-merge-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for i, text := range texts {
		name := fmt.Sprintf("text%d", i)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return nil, err
		}
		args = append(args, name)
	}
	return git(dir, args...)
}
