#!/usr/bin/env bash
# Compares splicing with copying, interleaved: smf bodies of several lengths, which show from which length on splicing is cheaper
# (spliceBytesMin), and streams of 4 MiB frames between TCP and Unix sockets, which show where auto should copy.
#
#   bench/relay.sh               ROUNDS=5 by default
#
# Prints medians: calls/s or GiB/s, and the gateway's CPU for each. Everything stays on this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${ROUNDS:-5}
[ $# = 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
source bench/processes.sh

# gateway NAME RELAY PROTOCOL LISTENER SERVER ROUTES: runs one; its process id is in $work/NAME.pid and its address in $work/NAME.address.
gateway() {
  run_gateway <<CONFIG
{
  "workers": 1, "relay": "$2", "spliceBytesMin": 1,
  "listeners": [{ "name": "calls", "address": "$4", "protocol": "$3" }],
  "backends": { "demo": { "protocol": "$3", "servers": ["$5"] } },
  "routes": [$6],
}
CONFIG
  echo "$gateway_pid" >"$work/$1.pid"
  case "$4" in
    unix:*) echo "$4" ;;
    *) echo "127.0.0.1:$(listener_port "$3")" ;;
  esac >"$work/$1.address"
}

# CPU time in nanoseconds, of all threads.
cpu() { cat "/proc/$1/task/"*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

number() { sed -nE "s/^ *\"$2\": ([0-9.E+-]+),?$/\1/p" "$1"; }

# measure NAME PROTOCOL OPTIONS...: appends "calls/s, CPU ns a call" to $work/NAME.results
measure() {
  local name=$1 protocol=$2 pid before
  shift 2
  pid=$(<"$work/$name.pid")
  before=$(cpu "$pid")
  "$program" bench "$(<"$work/$name.address")" --protocol "$protocol" --warm-up 0s --json "$@" >"$work/result.json" 2>/dev/null ||
    fail "$name: wrong or missing replies:" "$work/result.json"
  echo "$(number "$work/result.json" callsPerSecond)" \
    "$(awk -v ns=$(($(cpu "$pid") - before)) -v calls="$(number "$work/result.json" calls)" 'BEGIN { print ns / calls }')" >>"$work/$name.results"
}

median() { cut -d ' ' -f "$2" "$1" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

smf_server=127.0.0.1:$(start_demo smf)
frame_server=127.0.0.1:$(start_demo frame)
"$program" demo --protocol frame --address "unix:$work/server.sock" >"$work/unix-demo.log" 2>&1 &
echo "$!" >>"$work/children"
wait_for "$work/unix-demo.log" '^ready' $!

get='{ "name": "get", "id": "0x6ad4023d", "backend": "demo" }'
stream='{ "name": "stream", "endpoint": "Stream", "backend": "demo", "replyBody": "octets" }'
for relay in splice copy; do
  gateway "smf-$relay" "$relay" smf 127.0.0.1:0 "$smf_server" "$get"
  gateway "tcp-tcp-$relay" "$relay" frame 127.0.0.1:0 "$frame_server" "$stream"
  gateway "unix-tcp-$relay" "$relay" frame 127.0.0.1:0 "unix:$work/server.sock" "$stream"
  gateway "tcp-unix-$relay" "$relay" frame "unix:$work/tcp-unix-$relay.sock" "$frame_server" "$stream"
  gateway "unix-unix-$relay" "$relay" frame "unix:$work/unix-unix-$relay.sock" "unix:$work/server.sock" "$stream"
done

printf '%-22s %12s %12s %16s %16s\n' 'smf bodies, 8 × 1' 'spliced /s' 'copied /s' 'CPU µs spliced' 'CPU µs copied'
for size in 80KiB 128KiB 192KiB 256KiB 512KiB 1MiB 4MiB; do
  rm -f "$work"/smf-*.results
  for _ in $(seq "$rounds"); do
    for relay in splice copy; do measure "smf-$relay" smf --connections 8 --size "$size" --duration 600ms; done
  done
  printf '%-22s %12.0f %12.0f %16.0f %16.0f\n' "$size" "$(median "$work/smf-splice.results" 1)" "$(median "$work/smf-copy.results" 1)" \
    "$(median "$work/smf-splice.results" 2 | awk '{ print $1 / 1000 }')" "$(median "$work/smf-copy.results" 2 | awk '{ print $1 / 1000 }')"
done

printf '\n%-22s %12s %12s %16s %16s\n' 'a stream, from–to' 'spliced GiB/s' 'copied GiB/s' 'CPU s a GiB spl.' 'CPU s a GiB cop.'
for mix in tcp-tcp tcp-unix unix-tcp unix-unix; do
  for _ in $(seq "$rounds"); do
    for relay in splice copy; do measure "$mix-$relay" frame --connections 1 --stream 1GiB --count 1; done
  done
  printf '%-22s %12.2f %12.2f %16.2f %16.2f\n' "$mix" "$(median "$work/$mix-splice.results" 1)" "$(median "$work/$mix-copy.results" 1)" \
    "$(median "$work/$mix-splice.results" 2 | awk '{ print $1 / 1e9 }')" "$(median "$work/$mix-copy.results" 2 | awk '{ print $1 / 1e9 }')"
done
