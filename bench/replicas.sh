#!/usr/bin/env bash
# The same load on one gateway and on several replicas, each with one worker; interleaved in
# every round. Small smf calls, 64 connections for each replica with 16 and with 1 in flight each.
#
#   bench/replicas.sh                          one and two replicas, ROUNDS=5 SECONDS_EACH=3 by default
#   bench/replicas.sh 1 2 4                    other numbers; the first is the baseline
#   SAME_CALLERS=yes bench/replicas.sh         64 connections in all, shared by the replicas
#
# There are always as many load generators as the largest number of replicas, so that only the gateways differ, and one server.
# All run on this machine: calls/s grow with replicas only while there are cores for them. The CPU time per call of all
# gateways together shows the cost of replicas: none if it stays the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in -*) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;; esac
[ $# -gt 0 ] || set -- 1 2
source bench/processes.sh
source bench/figures.sh
most=$(printf '%s\n' "$@" | sort -g | tail -n 1)

# start_replica: starts one more; its process and port are added to pid and port.
start_replica() {
  run_smf_gateway 1 "$server"
  pid+=("$gateway_pid")
  port+=("$(listener_port smf)")
}

# load REPLICAS CONNECTIONS IN_FLIGHT DURATION: runs all load generators at once, spread over the replicas; a result for each.
load() {
  local callers=$2 generator waited=()
  [ -n "${SAME_CALLERS:-}" ] || callers=$((callers * $1))
  for generator in $(seq 0 $((most - 1))); do
    "$program" bench "127.0.0.1:${port[generator % $1]}" --protocol smf --connections $((callers / most)) --in-flight "$3" \
      --threads 1 --warm-up 0s --timeout 1m --duration "$4" --json \
      >"$work/result.$generator" 2>"$work/load.$generator" &
    waited+=($!)
  done
  for generator in "${!waited[@]}"; do
    wait "${waited[generator]}" || fail "$1 replicas: wrong or missing replies:" "$work/load.$generator"
  done
}

# ticks REPLICAS: CPU time of the replicas up to now.
ticks() { for replica in $(seq 0 $(($1 - 1))); do cpu_ticks "${pid[replica]}"; done | awk '{ sum += $1 } END { print sum }'; }

# over FIELD: that number from every load generator.
over() { for generator in $(seq 0 $((most - 1))); do number "$1" "$work/result.$generator"; done; }

# measure REPLICAS CONNECTIONS IN_FLIGHT ROUND: appends a line to results.
measure() {
  local before after
  load "$1" "$2" "$3" 500ms
  before=$(ticks "$1")
  load "$1" "$2" "$3" "${seconds}s"
  after=$(ticks "$1")
  paste <(over calls) <(over callsPerSecond) <(over p50) <(over p99) |
    awk -v replicas="$1" -v scenario="$2x$3" -v round="$4" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" '
    { calls += $1; rate += $2; p50 += $1 * $3; if ($4 > p99) p99 = $4 }
    END { print scenario, replicas, round, rate, p50 / calls / 1000, p99 / 1000, ticks / hz / calls * 1e6 }' >>"$work/results"
}

pid=()
port=()
server=$(start_demo smf)
for _ in $(seq "$most"); do start_replica; done

take_turns "$@"
tables replicas "$([ -n "${SAME_CALLERS:-}" ] && echo " in all" || echo " for each replica")" "$@"
