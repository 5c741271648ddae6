#!/usr/bin/env bash
# Measures the timer wheel of the event loop with 1,000,000 timers against .NET's PriorityQueue in the same run, as a native program, and prints tables.
#
#   bench/timers.sh            about a minute, plus the native build
#   bench/timers.sh --quick    a few seconds with 100,000 timers, plus the native build: only checks that it runs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1-}" in
  "" | --quick) ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "timers.sh: unknown argument \"$1\"" >&2; exit 2 ;;
esac
./publish.sh bench/timers >&2
exec artifacts/TimerBench "$@"
