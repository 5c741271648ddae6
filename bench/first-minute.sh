#!/usr/bin/env bash
# Measures the first command of the README: in a fresh clone of the current commit, without any packages, and again when nothing has changed.
#
#   bench/first-minute.sh     two to five minutes, most of it for one native build
#
# Nothing of earlier builds is used: NuGet's package folder and download cache are new, and running build servers are not used. The time for
# downloads depends on the network, so it is shown separately; so is CPU time, which other work on the machine hardly changes. Exit status 0 only
# if both calls succeeded and nothing was written to standard error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# = 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
source ./prerequisites.sh
require_native_toolchain

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

git clone --quiet --no-local . "$work/clone"
[ -z "$(git status --porcelain)" ] || echo "first-minute.sh: uncommitted changes are not measured" >&2
cd "$work/clone"

# first_command NAME: runs it. $work/NAME.lines has its output, each line preceded by its time in seconds; $work/NAME.end is when it ended.
first_command() {
  local status=0
  started=$EPOCHREALTIME
  {
    time NUGET_PACKAGES=$work/packages NUGET_HTTP_CACHE_PATH=$work/downloads MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false ./run.sh --once 2>"$work/$1.errors"
  } 2>"$work/$1.cpu" |
    while IFS= read -r line; do echo "$(since "$started") $line"; done >"$work/$1.lines" || status=$?
  since "$started" >"$work/$1.end"
  if [ "$status" != 0 ] || [ -s "$work/$1.errors" ]; then
    cut -d ' ' -f 2- "$work/$1.lines" >&2
    cat "$work/$1.errors" >&2
    echo "first-minute.sh: the $1 run ended with exit status $status; its output is above" >&2
    exit 1
  fi
}

# cpu NAME: CPU seconds of the command and its children, on all cores.
TIMEFORMAT='%U %S'
cpu() { awk '{ printf "%.1f", $1 + $2 }' "$work/$1.cpu"; }

since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# at PATTERN: the time of the first matching line.
at() { awk -v pattern="$1" 'index($0, pattern) { print $1; exit }' "$work/cold.lines"; }

first_command cold
first_command warm
compiling=$(at 'publish.sh: compiling')
compiled=$(at 'publish.sh: ./frpc-gateway')
echo "$(nproc) cores, $(uname -sr), .NET SDK $(dotnet --version), $(git rev-parse --short HEAD)"
printf 'cold  %6s s, %s s of CPU: %s s to restore %s MiB of packages, %s s to compile, the rest for two calls\n' "$(<"$work/cold.end")" "$(cpu cold)" \
  "$compiling" "$(du -sm "$work/packages" | cut -f 1)" "$(awk -v from="$compiling" -v to="$compiled" 'BEGIN { printf "%.1f", to - from }')"
printf 'warm  %6s s, %s s of CPU\n' "$(<"$work/warm.end")" "$(cpu warm)"
