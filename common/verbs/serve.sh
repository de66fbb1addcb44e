#!/usr/bin/env bash
# serve.sh PROGRAM ARGUMENT...: runs a server for make until it ends, with its exit code.
#
# make run could leave its place to the server by exec, but then nobody would be left who can
# keep make from saying more when the server refuses to start. So this stands between them,
# and passes on what is meant for the server: SIGTERM, which make sends to the process that it
# knows. SIGINT comes from the terminal to all of them at once.
set -u

trap 'kill -TERM "$server"' TERM
trap : INT
env --default-signal=INT "$@" <&0 & # what a script has started beside it ignores SIGINT
server=$!

# A signal ends a wait, too. Then the server's own exit code is still to come.
while wait "$server"; code=$?; kill -0 "$server" 2>/dev/null; do :; done
wait "$server" 2>/dev/null
last=$?
[ "$last" = 127 ] || code=$last # 127: that wait was the second for it
[ "$code" = 0 ] || [ "${MAKELEVEL:-2}" -gt 1 ] || kill -PIPE "$PPID" # as the Makefile's quietly
exit "$code"
