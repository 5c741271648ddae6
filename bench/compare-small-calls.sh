#!/usr/bin/env bash
# Small smf calls, side by side in one run: directly to a server, through HAProxy (tcp mode, one thread), and through the
# gateway (one worker). The three take turns in every round, so that whatever else the machine does hits all of them, and
# a ratio is taken within a round before the median is.
#
#   bench/compare-small-calls.sh               ROUNDS=5 SECONDS_EACH=3 by default
#   FRPC_GATEWAY_BINARY=./frpc-gateway bench/compare-small-calls.sh
#
# What counts are the ratios; absolute figures belong to the machine. Everything stays on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh

rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-3}
program=${FRPC_GATEWAY_BINARY:-./frpc-gateway}
payload_bytes=60

case "${1:-}" in
  "") ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "compare-small-calls.sh: unknown argument \"$1\"; see --help" >&2; exit 2 ;;
esac
[ -x "$program" ] || { echo "missing: $program. ./publish.sh builds it; FRPC_GATEWAY_BINARY names another." >&2; exit 1; }
require_debian haproxy haproxy "HAProxy, to compare with"

source bench/processes.sh

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! answers "$port"; then echo "$port"; return; fi
  done
  fail "no free port was found"
}

start_haproxy() {
  haproxy_port=$(free_port)
  cat >"$work/haproxy.cfg" <<CONFIG
global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen smf
  bind 127.0.0.1:$haproxy_port
  server demo 127.0.0.1:$demo_port
CONFIG
  haproxy -db -f "$work/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
  haproxy_pid=$!
  echo "$haproxy_pid" >>"$work/children"
  for _ in $(seq 100); do
    if answers "$haproxy_port"; then return; fi
    kill -0 "$haproxy_pid" 2>/dev/null || break
    sleep 0.05
  done
  fail "HAProxy does not answer:" "$work/haproxy.log"
}

start_gateway() {
  run_gateway <<CONFIG
{
  "workers": 1,
  "listeners": [{ "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" }],
  "backends": { "demo": { "protocol": "smf", "servers": ["127.0.0.1:$demo_port"] } },
  "routes": [{ "name": "get", "id": "0x6ad4023d", "backend": "demo" }],
}
CONFIG
  gateway_port=$(listener_port smf)
}

# CPU time of a process up to now, in clock ticks: utime and stime. The name before them may hold spaces.
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# number FILE NAME: a number of the JSON result.
number() { sed -nE "s/^ *\"$2\": ([0-9.E+-]+),?$/\1/p" "$1"; }

# measure NAME PORT PID CONNECTIONS IN_FLIGHT ROUND: appends a line to results. PID 0: there is no proxy.
measure() {
  local name=$1 port=$2 pid=$3 connections=$4 in_flight=$5 round=$6 before=0 after=0
  local load=("$program" bench "127.0.0.1:$port" --protocol smf --connections "$connections" --in-flight "$in_flight" --size "$payload_bytes" --json)
  # A warm-up of its own: the CPU time is that of the measured calls and of nothing else.
  "${load[@]}" --warm-up 0s --duration 500ms >"$work/result.json" 2>"$work/load.log" || fail "$name: wrong or missing replies:" "$work/result.json"
  [ "$pid" = 0 ] || before=$(cpu_ticks "$pid")
  "${load[@]}" --warm-up 0s --duration "${seconds}s" >"$work/result.json" 2>"$work/load.log" || fail "$name: wrong or missing replies:" "$work/result.json"
  [ "$pid" = 0 ] || after=$(cpu_ticks "$pid")
  awk -v name="$name" -v scenario="${connections}x$in_flight" -v round="$round" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" \
    -v calls="$(number "$work/result.json" calls)" -v rate="$(number "$work/result.json" callsPerSecond)" \
    -v p50="$(number "$work/result.json" p50)" -v p99="$(number "$work/result.json" p99)" \
    'BEGIN { print scenario, name, round, rate, p50 / 1000, p99 / 1000, ticks / hz / calls * 1e6 }' >>"$work/results"
}

# column SCENARIO NAME FIELD: that column, a value a round.
column() { awk -v s="$1" -v n="$2" -v f="$3" '$1 == s && $2 == n { print $f }' "$work/results"; }

# ratios SCENARIO FIELD: of each round, the gateway's value divided by HAProxy's.
ratios() {
  awk -v s="$1" -v f="$2" '$1 == s { value[$2, $3] = $f; if ($3 > rounds) rounds = $3 }
    END { for (r = 1; r <= rounds; r++) if (value["haproxy", r] > 0) print value["gateway", r] / value["haproxy", r] }' "$work/results"
}

# spread FORMAT: median and, in brackets, lowest and highest of the lines.
spread() {
  sort -g | awk -v format="$1" '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; printf format " [" format " " format "]", m, v[1], v[NR] }'
}

median() { spread '%f' | cut -d ' ' -f 1; }

# judge SCENARIO FIELD WHAT OPERATOR TARGET
judge() {
  local ratio
  ratio=$(ratios "$1" "$2" | median)
  printf '  %-14s %-24s target %s %s×: %s\n' "$3" "$(ratios "$1" "$2" | spread '%.2f×')" "$4" "$5" \
    "$(awk -v r="$ratio" -v t="$5" -v o="$4" 'BEGIN { print (o == "≥" ? r >= t : r <= t) ? "reached" : "MISSED" }')"
}

report() {
  local scenario=$1 name
  printf '\n%s connections × in flight, %s bytes: median [lowest highest] of %s rounds of %s s\n' "$scenario" "$payload_bytes" "$rounds" "$seconds"
  printf '%-9s %-30s %-28s %-30s %s\n' '' calls/s 'p50 µs' 'p99 µs' 'CPU µs a call'
  for name in direct haproxy gateway; do
    printf '%-9s %-30s %-28s %-28s %s\n' "$name" "$(column "$scenario" "$name" 4 | spread '%.0f')" "$(column "$scenario" "$name" 5 | spread '%.0f')" \
      "$(column "$scenario" "$name" 6 | spread '%.0f')" "$([ "$name" = direct ] || column "$scenario" "$name" 7 | spread '%.2f')"
  done
  echo "the gateway against HAProxy:"
}

demo_port=$(start_demo smf)
start_haproxy
start_gateway
echo "$(haproxy -v | head -1 | cut -d ' ' -f 1-3), $("$program" --version), $(nproc) cores, $(uname -sr)"
for round in $(seq "$rounds"); do
  for shape in "64 1" "64 16"; do
    read -r connections in_flight <<<"$shape"
    measure direct "$demo_port" 0 "$connections" "$in_flight" "$round"
    measure haproxy "$haproxy_port" "$haproxy_pid" "$connections" "$in_flight" "$round"
    measure gateway "$gateway_port" "$gateway_pid" "$connections" "$in_flight" "$round"
  done
  echo "round $round of $rounds is done"
done

report 64x1
judge 64x1 4 calls/s '≥' 1.7
judge 64x1 7 'CPU a call' '≤' 0.6
judge 64x1 6 p99 '≤' 0.7
report 64x16
judge 64x16 4 calls/s '≥' 1.5
judge 64x16 7 'CPU a call' '≤' 0.6
