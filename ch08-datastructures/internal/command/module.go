// module.go: MODULE, of a server that takes none. Redis: module.c, moduleCommand.

package command

var moduleCommands = []Row{
	row("module", nil, -2, 0, 0, noKeys,
		doc("4.0.0", "Depends on subcommand.", "", "Holds the commands about modules.")),
	row("module|list", moduleList, 2, Admin|NoScript, 0, noKeys,
		doc("4.0.0", "O(1)", "", "Lists the modules. There are none here.", "nondeterministic_output_order")),
	row("module|load", moduleLoad, -3, Admin|NoScript|NoAsyncLoading|Protected, 0, noKeys,
		doc("4.0.0", "O(1)", "<path> [<arg> [<arg> ...]]", "Is refused: there are no modules here.")),
	row("module|loadex", moduleLoad, -3, Admin|NoScript|NoAsyncLoading|Protected, 0, noKeys,
		doc("7.0.0", "O(1)", "<path> [CONFIG <name> <value> [CONFIG <name> <value> ...]] [ARGS <arg> [<arg> ...]]", "Is refused: there are no modules here.")),
	row("module|unload", moduleUnload, 3, Admin|NoScript|NoAsyncLoading|Protected, 0, noKeys,
		doc("4.0.0", "O(1)", "<name>", "Is refused: there are no modules here.")),
	row("module|help", help, 2, Loading|Stale, 0, noKeys,
		doc("5.0.0", "O(1)", "", "Prints this help.")),
}

func moduleList(c *Client) { c.ReplyArrayLen(0) }

func moduleLoad(c *Client) {
	c.ReplyError("ERR Error loading the extension. Please check the server logs.")
}

func moduleUnload(c *Client) {
	c.ReplyError("ERR Error unloading module: no such module with that name")
}
