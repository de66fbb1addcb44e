// faults.go: what is wrong with the museum as it stands on disk; `make drift` asks.
//
// A chapter that changes may take the ground from under a patch. That is noticed here, before
// anything is built.

package museum

import (
	"errors"
	"fmt"
	"io/fs"
)

// Faults are the exhibits that are not whole, and those whose patch does not fit its chapter
// any more, a line or more each. A repository without the folder has none.
func Faults(root string) (faults []error, exhibits int, err error) {
	m, faults, err := read(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	for _, x := range m.Exhibits {
		if err := x.Whole(); err != nil {
			faults = append(faults, fmt.Errorf("%s/%w", Folder, err))
		}
		if _, _, err := x.Apply(m.Chapters); err != nil {
			faults = append(faults, fmt.Errorf("%s/%w", Folder, err))
		}
	}
	return faults, len(m.Exhibits), nil
}
