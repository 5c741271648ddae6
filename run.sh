#!/usr/bin/env bash
# Publishes ./frpc-gateway if needed, starts it with the shipped gateway.json (embedded demo servers, so nothing else is
# needed), makes one real call in each format through it, and stays up until Ctrl-C.
#
#   ./run.sh          stay up after the calls
#   ./run.sh --once   stop after the calls; exit status 0 only if both were right
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

once=false
case "${1:-}" in
  "") ;;
  --once) once=true ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

is_stale() { [ ! -x ./frpc-gateway ] || [ -n "$(find Gateway Protocol Directory.*.props Directory.*.targets global.json -newer ./frpc-gateway -type f -print -quit)" ]; }
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
    echo "run.sh: the gateway did not start; what it said stands above" >&2
    exit 1
  fi
  sleep 0.05
done
cat "$started"

address_of() { awk -v protocol="$1" '$1 == "listener" && $3 == protocol { print $4; exit }' "$started"; }
smf=$(address_of smf)
frames=$(address_of frame)
status=0

# The demo servers are echoes: a reply is right when its body is the request's.
call() {
  printf '\n── one call in the %s format ──\n' "$1"
  shift
  ./frpc-gateway call "$@" | tee "$started.call" || { status=1; return; }
  if ! awk '/^request/ { part = 1 } /^reply/ { part = 2 } /^ / { body[part] = body[part] $0 "\n" } END { exit body[1] == "" || body[1] != body[2] }' "$started.call"; then
    echo "run.sh: the reply's body is not the request's" >&2
    status=1
  fi
}
call smf "$smf" --smf SmfStorage Get smf_gen::demo::Request smf_gen::demo::Response
call frame "$frames" Echo '{"Msg":"hello"}'

if [ "$status" != 0 ]; then
  printf '\nrun.sh: a call did not succeed\n' >&2
  exit "$status"
fi
if $once; then exit 0; fi

printf '\nThe gateway is up: smf on %s, frame on %s. Ctrl-C stops it.\n' "$smf" "$frames"
wait "$gateway"
