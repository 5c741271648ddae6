#!/usr/bin/env bash
# Measures the checker of JSON parts beside Utf8JsonReader in the same run, as a native program, and prints a table.
#
#   bench/json.sh            about a minute, and the native build before
#   bench/json.sh --quick    a few seconds, and the native build before: whether it runs, not how fast
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1-}" in
  "" | --quick) ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "json.sh: unknown argument \"$1\"" >&2; exit 2 ;;
esac
./publish.sh bench/json >&2
exec artifacts/JsonBench "$@"
