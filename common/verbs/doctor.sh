#!/usr/bin/env bash
# doctor.sh: what this machine lacks for the verbs of this repository.
#
# A line a program: what it is for, and if it is not there how to get it (on Debian, Ubuntu,
# and what is made of them). The exit code is 1 if something is missing that all verbs need.
set -uo pipefail
lacks=0

# look PROGRAM PACKAGE FOR: one that some verbs need.
look() {
  if command -v "$1" >/dev/null; then
    printf 'ok       %-16s %s\n' "$1" "$3"
  else
    printf 'missing  %-16s %s\n%26s%s\n' "$1" "$3" "" "apt-get install $2"
  fi
}

# must PROGRAM PACKAGE FOR: one without which there is nothing.
must() {
  command -v "$1" >/dev/null || lacks=1
  look "$@"
}

# newer A B: version A is B or later.
newer() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

system=$(uname -s)
if [ "$system" = Linux ]; then
  echo "ok       Linux            the event loop stands on epoll"
else
  lacks=1
  echo "missing  Linux            this is $system: docs/anywhere.md has a Linux in two commands"
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
wanted=$(sed -n 's/^go //p' "$root/go.work")
if ! command -v go >/dev/null; then
  lacks=1
  printf 'missing  %-16s %s\n%26s%s\n' go "builds everything: $wanted or later" "" "https://go.dev/dl"
elif version=$(cd "$root" && GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) && ! newer "${version#go}" "$wanted"; then
  echo "old      go               is ${version#go}: it fetches $wanted when it first builds"
else
  echo "ok       go               builds everything"
fi
must git git "make diff, drift and carry; make bug applies patches"
must redis-cli redis-tools "the way to talk to the servers"
look redis-server redis-server "the oracle: make test, duel and bench compare with it"
look redis-benchmark redis-tools "make clients"
look nc netcat-openbsd "chapter 1 by hand; an echo server knows no redis-cli"
look strace strace "to see a server's system calls, as some READMEs do"
look gcc gcc "make race: the race detector needs C"
look chromium chromium "a test looks at the page of make diff HTML="
look python3 python3 "make clients, and small servers that the suite grades"

if [ "$lacks" = 0 ]; then
  echo "Nothing is missing that every verb needs."
else
  echo "doctor: something is missing that every verb needs" >&2
fi
exit "$lacks"
