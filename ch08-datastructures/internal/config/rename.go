// rename.go: rename-command, by which commands have other names, or none.
//
//	rename-command FLUSHALL nuke     nuke deletes everything, and nobody has heard of FLUSHALL
//	rename-command CONFIG ""         there is no CONFIG
//
// It stands in a file only, and holds for as long as the server runs. Redis: config.c,
// loadServerConfigFromString.

package config

const renameCommand = "rename-command"

// rename notes that a command has another name. Which commands there are the settings do not
// know: MayRename says what is wrong.
func (c *Config) rename(s setting) error {
	if len(s) != 3 {
		return errUnknown
	}
	if c.MayRename != nil {
		if err := c.MayRename(s[1], s[2]); err != nil {
			return RedisError(err.Error())
		}
	}
	c.Renames = append(c.Renames, [2]string{s[1], s[2]})
	return nil
}
