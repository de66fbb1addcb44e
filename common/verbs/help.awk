# help.awk: the verbs of a Makefile, in 80 columns.
#
#	duel: ## CMD=... [UPTO=03] | what it does      make duel CMD=... [UPTO=03]
#	##@ For students                          -->  For students

BEGIN { FS = ":.*## *| *\\| *" }

/^##@ / { printf "\n%s\n", substr($0, 5) }

/^[a-z]+:.*## / {
	wrap("  make ", "       ", $1 ($2 == "" ? "" : " " $2))
	wrap("      ", "      ", $3)
}

# wrap writes words in lines of 80 columns: the first begins with one text, the others with
# another.
function wrap(first, others, text,    words, n, i, line) {
	n = split(text, words, " ")
	line = first
	for (i = 1; i <= n; i++) {
		if (length(line) + length(words[i]) > 80) {
			sub(/ $/, "", line)
			print line
			line = others
		}
		line = line words[i] " "
	}
	sub(/ $/, "", line)
	print line
}
