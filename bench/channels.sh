#!/usr/bin/env bash
# Measures the client and server libraries against plain sockets in the same run, and prints a table with the targets.
#
#   bench/channels.sh            about a minute
#   bench/channels.sh --quick    a few seconds: only checks that it runs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1-}" in
  "" | --quick) ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "channels.sh: unknown argument \"$1\"" >&2; exit 2 ;;
esac
dotnet build bench/channels -c Release -v quiet -nologo >&2
exec artifacts/build/bin/Channels/release_net10.0/FrameRpc.Bench.Channels "$@"
