#!/usr/bin/env bash
# fuzz.sh TIME DIRECTORY...: each fuzz test of the chapters for so long, one after another.
set -euo pipefail
time=$1
shift

tests=() # directory, package and name of each
for dir in "$@"; do
  while IFS=: read -r file line; do
    name=${line#func }
    tests+=("$dir ./$(dirname "${file#"$dir"/}") ${name%%(*}")
  done < <(grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*(' "$dir" | sort)
done

n=0
for test in "${tests[@]}"; do
  read -r dir package name <<<"$test"
  n=$((n + 1))
  echo "$n of ${#tests[@]}: $dir $name ($time)"
  # What go test adds to its line of progress would not fit 80 columns.
  (cd "$dir" && go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 5s "$package") |
    sed -u -e 's/, gathering baseline coverage: /, what it knows: /' -e 's/, new interesting: /, new: /'
done
