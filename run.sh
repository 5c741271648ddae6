#!/usr/bin/env bash
# Publishes ./frpc-gateway if needed, starts it with the shipped gateway.json (whose servers are embedded, so nothing else is
# needed), makes one call in each format through it, and keeps running until Ctrl-C.
#
#   ./run.sh          keep running after the calls
#   ./run.sh --once   stop after the calls; exit status 0 only if both succeeded
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

once=false
case "${1:-}" in
  "") ;;
  --once) once=true ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

is_stale() {
  [ ! -x ./frpc-gateway ] ||
    [ -n "$(find Gateway Protocol Directory.*.props Directory.*.targets global.json -newer ./frpc-gateway -type f -print -quit)" ]
}
if is_stale; then ./publish.sh; fi

started=$(mktemp)
./frpc-gateway --config gateway.json >"$started" 2>&1 &
gateway=$!
stop() {
  kill -TERM "$gateway" 2>/dev/null || true
  wait "$gateway" || true
  rm -f "$started" "$started.call"
}
trap stop EXIT
trap 'exit 130' INT TERM

until grep -q '^ready' "$started"; do
  if ! kill -0 "$gateway" 2>/dev/null; then
    cat "$started" >&2
    echo "run.sh: the gateway did not start; its output is above" >&2
    exit 1
  fi
  sleep 0.05
done
cat "$started"

address_of() { awk -v protocol="$1" '$1 == "listener" && $3 == protocol { print $4; exit }' "$started"; }
smf=$(address_of smf)
frames=$(address_of frame)
status=0

# The demo servers are echo servers, so the body of a reply must be that of the request.
call() {
  printf '\n── one call in the %s format ──\n' "$1"
  shift
  ./frpc-gateway call "$@" | tee "$started.call" || { status=1; return; }
  if ! awk '/^request/ { part = 1 } /^reply/ { part = 2 } /^ / { body[part] = body[part] $0 "\n" } END { exit body[1] == "" || body[1] != body[2] }' "$started.call"; then
    echo "run.sh: the body of the reply differs from that of the request" >&2
    status=1
  fi
}
call smf "$smf" --smf SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response
call frame "$frames" Echo '{"Msg":"hello"}'

if [ "$status" != 0 ]; then
  printf '\nrun.sh: a call failed\n' >&2
  exit "$status"
fi
if $once; then exit 0; fi

printf '\nThe gateway is up: smf on %s, frame on %s. Ctrl-C stops it.\n' "$smf" "$frames"
wait "$gateway"
