#!/usr/bin/env bash
# The same load on a gateway with one worker and on one with more, interleaved in every round: small smf calls, 64
# connections with 16 and with 1 in flight each.
#
#   bench/scaling.sh                            workers 1 and 2, ROUNDS=5 SECONDS_EACH=3 by default
#   bench/scaling.sh 1 2 4 8                    other numbers of workers; the first is the baseline
#   EACH_WORKER=yes bench/scaling.sh            64 connections for each worker, instead of 64 in all
#   LOAD_THREADS=4 SERVER_WORKERS=4 bench/scaling.sh 1 4
#
# The load generator and the server have LOAD_THREADS and SERVER_WORKERS (1 each) and run on the same machine: calls/s grow
# with workers only while there are cores for them. CPU per call is that of the gateway, and should not grow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in -*) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;; esac
[ $# -gt 0 ] || set -- 1 2
source bench/processes.sh
source bench/figures.sh

start_gateway() {
  run_smf_gateway "$1" "$server"
  pid[$1]=$gateway_pid
  port[$1]=$(listener_port smf)
}

call() {
  local connections=$2
  [ -z "${EACH_WORKER:-}" ] || connections=$(($2 * $1))
  "$program" bench "127.0.0.1:${port[$1]}" --protocol smf --connections "$connections" --in-flight "$3" \
    --threads "${LOAD_THREADS:-1}" --warm-up 0s --timeout 1m --duration "$4" --json \
    >"$work/result.json" 2>"$work/load.log" || fail "$1 workers: wrong or missing replies:" "$work/result.json"
}

# measure WORKERS CONNECTIONS IN_FLIGHT ROUND: appends a line to results.
measure() {
  local before after
  # A separate warm-up, so that the CPU time is that of the measured calls only.
  call "$1" "$2" "$3" 500ms
  before=$(cpu_ticks "${pid[$1]}")
  call "$1" "$2" "$3" "${seconds}s"
  after=$(cpu_ticks "${pid[$1]}")
  awk -v workers="$1" -v scenario="$2x$3" -v round="$4" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" \
    -v calls="$(number calls "$work/result.json")" -v rate="$(number callsPerSecond "$work/result.json")" \
    -v p50="$(number p50 "$work/result.json")" -v p99="$(number p99 "$work/result.json")" \
    'BEGIN { print scenario, workers, round, rate, p50 / 1000, p99 / 1000, ticks / hz / calls * 1e6 }' >>"$work/results"
}

declare -A pid port
"$program" demo --protocol smf --address 127.0.0.1:0 --workers "${SERVER_WORKERS:-1}" >"$work/server.log" 2>&1 &
echo "$!" >>"$work/children"
wait_for "$work/server.log" '^ready' $!
server=$(sed -nE 's/^listener smf 127\.0\.0\.1:([0-9]+)$/\1/p' "$work/server.log")
for workers in "$@"; do start_gateway "$workers"; done

take_turns "$@"
tables workers "${EACH_WORKER:+ for each worker}" "$@"
