#!/usr/bin/env bash
# Measures the JSON checker against Utf8JsonReader in the same run, as a native program, and prints a table.
#
#   bench/json.sh            about a minute, plus the native build
#   bench/json.sh --quick    a few seconds, plus the native build: only checks that it runs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1-}" in
  "" | --quick) ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "json.sh: unknown argument \"$1\"" >&2; exit 2 ;;
esac
./publish.sh bench/json >&2
exec artifacts/JsonBench "$@"
