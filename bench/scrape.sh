#!/usr/bin/env bash
# Measures the cost of monitoring: the same load, small smf calls from 64 connections with 16 and with 1 in flight
# each, without monitoring, with metrics scraped once a second (Prometheus usually scrapes every 15 seconds), with
# an access log of one call in a hundred, and with one of every call, interleaved in every round.
#
#   bench/scrape.sh                            ROUNDS=5 SECONDS_EACH=3 by default
#   SCRAPES_EACH_SECOND=10 bench/scrape.sh     to make the cost visible
#   ROUNDS=1 SECONDS_EACH=1 bench/scrape.sh    only checks that it runs
#
# Load, server and gateway share this machine. Missing scrapes or log lines are an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scrapes_each_second=${SCRAPES_EACH_SECOND:-1}
[ $# = 0 ] || { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
source ./prerequisites.sh
require_debian curl curl "curl, to scrape with"
source bench/processes.sh
source bench/figures.sh

# start_gateway NAME ACCESS_LOG: starts one; its process, port and admin address are added to pid, port and admin.
start_gateway() {
  run_smf_gateway 1 "$server" "\"admin\": { \"address\": \"127.0.0.1:0\" }, \"accessLog\": $2"
  pid[$1]=$gateway_pid
  port[$1]=$(listener_port smf)
  admin[$1]=$(sed -nE 's/^admin +(.*)$/\1/p' "$work/gateway.log")
}

call() {
  "$program" bench "127.0.0.1:${port[$1]}" --protocol smf --connections "$2" --in-flight "$3" --threads 1 --warm-up 0s --timeout 1m --duration "$4" --json \
    >"$work/result.json" 2>"$work/load.log" || fail "$1: wrong or missing replies:" "$work/result.json"
}

# scrape NAME SECONDS: in the background, over one connection; adds a line to scrapes for each page.
scrape() {
  curl --silent --fail --rate "$scrapes_each_second/s" --output /dev/null --write-out '%{size_download}\n' \
    "http://${admin[$1]}/metrics?[1-$((scrapes_each_second * $2))]" >>"$work/scrapes" || fail "the metrics cannot be scraped"
}

# measure NAME CONNECTIONS IN_FLIGHT ROUND: appends a line to results.
measure() {
  local before after scraper=
  call "$1" "$2" "$3" 500ms
  if [ "$1" = scraped ]; then
    scrape "$1" "$seconds" &
    scraper=$!
  fi
  before=$(cpu_ticks "${pid[$1]}")
  call "$1" "$2" "$3" "${seconds}s"
  after=$(cpu_ticks "${pid[$1]}")
  [ -z "$scraper" ] || wait "$scraper"
  awk -v name="$1" -v scenario="$2x$3" -v round="$4" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" \
    -v calls="$(number calls "$work/result.json")" -v rate="$(number callsPerSecond "$work/result.json")" \
    -v p50="$(number p50 "$work/result.json")" -v p99="$(number p99 "$work/result.json")" \
    'BEGIN { print scenario, name, round, rate, p50 / 1000, p99 / 1000, ticks / hz / calls * 1e6 }' >>"$work/results"
}

declare -A pid port admin
contenders=(alone scraped sampled logged)
server=$(start_demo smf)
start_gateway alone '{ "to": "off" }'
for of in pid port admin; do declare -n each=$of; each[scraped]=${each[alone]}; done
start_gateway sampled "{ \"to\": \"$work/sampled.log\", \"oneIn\": 100 }"
start_gateway logged "{ \"to\": \"$work/logged.log\" }"

take_turns "${contenders[@]}"
tables watching "" "${contenders[@]}"
[ -s "$work/scrapes" ] && [ -s "$work/sampled.log" ] && [ -s "$work/logged.log" ] || fail "nothing was scraped or logged"
printf '\n%s scrapes of %s bytes; %s lines of one call in a hundred, %s of every call, %s of them dropped\n' \
  "$(wc -l <"$work/scrapes")" "$(tail -n 1 "$work/scrapes")" \
  "$(wc -l <"$work/sampled.log")" "$(wc -l <"$work/logged.log")" \
  "$(curl --silent "http://${admin[logged]}/metrics" | sed -n 's/^frpc_access_log_dropped_total //p')"
