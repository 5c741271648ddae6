#!/usr/bin/env bash
# Measures the cost of a change: two versions of the gateway under the same load, interleaved. CPU is that of the gateway's process per call.
#
#   bench/versions.sh BEFORE [AFTER]     paths of binaries; AFTER is ./frpc-gateway by default
#
# ROUNDS=9 and SECONDS_EACH=2 by default. Prints medians of the rounds with their lowest and highest, and the ratios AFTER / BEFORE of each round.
# Load generator and servers are those of AFTER. Everything stays on this machine.
set -euo pipefail
[ $# -ge 1 ] && [ $# -le 2 ] && [ "${1#-}" = "$1" ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
before=$(realpath -e "$1")
after=$(realpath -e "${2:-"$(dirname "${BASH_SOURCE[0]}")/../frpc-gateway"}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

FRPC_GATEWAY_BINARY=$after
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-2}
source bench/processes.sh

# CPU time of a process up to now in nanoseconds, including ended threads: utime and stime, in clock ticks. The name before them may contain spaces.
cpu() { sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.0f", ($12 + $13) * 1e9 / hz }'; }

number() { sed -nE "s/^ *\"$1\": ([0-9.E+-]+),?$/\1/p" "$work/result.json"; }

# start_version NAME BINARY: runs a gateway with this binary; its process id and ports are in $work/NAME.*
start_version() {
  program=$2 run_gateway <<CONFIG
{
  "workers": 1,
  "listeners": [
    { "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" },
    { "name": "frames", "address": "127.0.0.1:0", "protocol": "frame" },
  ],
  "backends": {
    "storage": { "protocol": "smf", "servers": ["127.0.0.1:$smf_server"] },
    "snapshots": { "protocol": "frame", "servers": ["127.0.0.1:$frame_server"] },
  },
  "routes": [
    { "name": "get", "id": "0x6ad4023d", "backend": "storage" },
    { "name": "echo", "endpoint": "Echo", "backend": "snapshots" },
    { "name": "stream", "endpoint": "Stream", "backend": "snapshots", "replyBody": "octets" },
  ],
}
CONFIG
  echo "$gateway_pid" >"$work/$1.pid"
  listener_port smf >"$work/$1.smf"
  listener_port frame >"$work/$1.frame"
}

# load CASE NAME: makes calls for the measured time; the result is in $work/result.json.
load() {
  local address
  case "$1" in
    smf-*) address=127.0.0.1:$(<"$work/$2.smf") ;;
    *) address=127.0.0.1:$(<"$work/$2.frame") ;;
  esac
  local common=(--duration "${seconds}s" --warm-up 0s --json)
  case "$1" in
    smf-60-64x16) "$after" bench "$address" --protocol smf --connections 64 --in-flight 16 "${common[@]}" ;;
    smf-60-64x1) "$after" bench "$address" --protocol smf --connections 64 "${common[@]}" ;;
    smf-4KiB-64x1) "$after" bench "$address" --protocol smf --connections 64 --size 4KiB "${common[@]}" ;;
    smf-64KiB-16x1) "$after" bench "$address" --protocol smf --connections 16 --size 64KiB "${common[@]}" ;;
    frame-json-100) "$after" bench "$address" --protocol frame --connections 16 "${common[@]}" ;;
    frame-download-256MiB) "$after" bench "$address" --protocol frame --connections 1 --stream 256MiB "${common[@]}" ;;
    frame-json-text-1MiB) "$after" bench "$address" --protocol frame --connections 4 --size 1MiB "${common[@]}" ;;
    frame-json-objects-1MiB) python3 bench/versions/objects.py "${address##*:}" "$seconds" ;;
  esac >"$work/result.json" 2>"$work/load.log" || fail "$1 through $2: wrong or missing replies:" "$work/load.log"
}

# measure CASE NAME ROUND: appends a line "CASE NAME ROUND calls/s CPU-µs-a-call" to $work/results.
measure() {
  local pid began
  pid=$(<"$work/$2.pid")
  began=$(cpu "$pid")
  load "$1" "$2"
  echo "$1 $2 $3 $(number callsPerSecond)" \
    "$(awk -v ns=$(($(cpu "$pid") - began)) -v calls="$(number calls)" 'BEGIN { print ns / calls / 1000 }')" >>"$work/results"
}

# spread FORMAT: median and, in brackets, lowest and highest of the input lines.
spread() {
  sort -g | awk -v format="$1" '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; printf format " [" format " " format "]", m, v[1], v[NR] }'
}

column() { awk -v c="$1" -v n="$2" -v f="$3" '$1 == c && $2 == n { print $f }' "$work/results"; }

ratios() { paste <(column "$1" after "$2") <(column "$1" before "$2") | awk '{ print $1 / $2 }'; }

smf_server=$(start_demo smf)
frame_server=$(start_demo frame)
start_version before "$before"
start_version after "$after"
cases=(${CASES:-frame-json-100 frame-json-text-1MiB frame-json-objects-1MiB smf-60-64x16 smf-60-64x1 frame-download-256MiB})

echo "$("$before" --version) before, $("$after" --version) after, $(nproc) cores, $(uname -sr), $rounds rounds of $seconds s"
for round in $(seq "$rounds"); do
  for load in "${cases[@]}"; do
    # The first in a round finds the machine as the other left it, so the order alternates.
    if [ $((round % 2)) = 0 ]; then order="before after"; else order="after before"; fi
    for name in $order; do measure "$load" "$name" "$round"; done
  done
  printf '\rround %s of %s' "$round" "$rounds" >&2
done
printf '\n' >&2

printf '%-26s %-24s %-24s %-24s %s\n' load 'CPU µs a call before' 'CPU µs a call after' 'CPU ratio' 'calls/s ratio'
for load in "${cases[@]}"; do
  printf '%-26s %-23s %-23s %-24s %s\n' "$load" "$(column "$load" before 5 | spread '%.2f')" "$(column "$load" after 5 | spread '%.2f')" \
    "$(ratios "$load" 5 | spread '%.3f')" "$(ratios "$load" 4 | spread '%.3f')"
done
