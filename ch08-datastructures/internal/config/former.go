// former.go: what settings were called before Redis 7, when listpacks were ziplists. Both
// names hold. Redis: config.c, the aliases in static_configs.

package config

import "strings"

// formerWord stands in a former name where there is listpack today.
const formerWord = "ziplist"

// today is the present name of a setting that is called by any of its names.
func today(name string) string { return strings.Replace(name, formerWord, "listpack", 1) }

// names are the option's names, the present one first.
func (o *option) names() []string {
	if former := strings.Replace(o.name, "listpack", formerWord, 1); former != o.name {
		return []string{o.name, former}
	}
	return []string{o.name}
}
