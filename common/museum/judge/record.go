// record.go: what an exhibit's README says of real servers, written by asking them.

package judge

import (
	"fmt"
	"slices"

	"redis-internals/common/conformance"
	"redis-internals/common/museum"
)

// again is how often the core tier is run for a record: what fails sometimes shows so.
const again = 3

// Record fills in which core cases fail and how, and the three answers. It returns remarks
// for who records.
func Record(m museum.Museum, x *museum.Exhibit) (remarks []string, err error) {
	binary, err := x.Build(m.Chapters)
	if err != nil {
		return nil, err
	}
	if remarks, err = recordCore(x, binary); err != nil {
		return nil, err
	}
	more, err := recordAnswers(m, x)
	return append(remarks, more...), err
}

func recordCore(x *museum.Exhibit, binary string) (remarks []string, err error) {
	core := Core(x.Chapter)
	symptoms := map[string][]string{}
	for range again {
		results, err := run(*x, binary, core, short)
		if err != nil {
			return nil, err
		}
		var doubtful []conformance.Case
		for _, r := range results {
			switch {
			case r.Status != conformance.Failed:
			case symptoms[r.Case.Name] == nil: // slow is not wrong: it must fail with long patience, too
				doubtful = append(doubtful, r.Case)
			default:
				symptoms[r.Case.Name] = append(symptoms[r.Case.Name], r.Symptom)
			}
		}
		if len(doubtful) == 0 {
			continue
		}
		if results, err = run(*x, binary, doubtful, long); err != nil {
			return nil, err
		}
		for _, r := range results {
			if r.Status == conformance.Failed {
				symptoms[r.Case.Name] = append(symptoms[r.Case.Name], r.Symptom)
			}
		}
	}
	x.Core, x.May = nil, nil
	for _, c := range core {
		switch all := symptoms[c.Name]; {
		case len(all) == 0:
		case len(all) < again:
			x.May = append(x.May, c.Name)
			remarks = append(remarks, fmt.Sprintf("%q failed in %d of %d runs, with %q: it may fail", c.Name, len(all), again, all))
		default:
			x.Core = append(x.Core, museum.Failure{Case: c.Name, Symptom: mostOf(all)})
		}
	}
	return remarks, nil
}

// mostOf is the one that occurs most often; of several the first.
func mostOf(all []string) (most string) {
	count := map[string]int{}
	for _, s := range all {
		count[s]++
	}
	for _, s := range all {
		if count[s] > count[most] {
			most = s
		}
	}
	return most
}

// recordAnswers asks the three servers. The broken one has the letter that the card gives it;
// the others have the letters that they had, or take turns.
func recordAnswers(m museum.Museum, x *museum.Exhibit) (remarks []string, err error) {
	said, err := Answers(m, *x)
	if err != nil {
		return nil, err
	}
	free := slices.DeleteFunc(slices.Clone(museum.Letters), func(l string) bool { return l == x.Answer })
	if x.Answers[free[0]] == said.Third || x.Answers[free[1]] == said.Sound || x.Answers[free[0]] == "" && x.Number%2 == 0 {
		slices.Reverse(free)
	}
	x.Answers = map[string]string{x.Answer: said.Broken, free[0]: said.Sound, free[1]: said.Third}
	if err := x.Whole(); err != nil {
		remarks = append(remarks, err.Error())
	}
	return remarks, nil
}
