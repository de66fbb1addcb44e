// causes.go: the museum as the grader wants it.

package judge

import (
	"redis-internals/common/conformance"
	"redis-internals/common/museum"
)

// Causes are the exhibits of which it is known what they fail in the core tier: to these a
// server is likened that fails there, too.
func Causes(m museum.Museum) (causes []conformance.Exhibit) {
	for _, x := range m.Exhibits {
		if len(x.Core) == 0 {
			continue
		}
		core := map[string]string{}
		for _, f := range x.Core {
			core[f.Case] = f.Symptom
		}
		causes = append(causes, conformance.Exhibit{Number: x.Number, Title: x.Title, Core: core})
	}
	return causes
}
