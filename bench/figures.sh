# Interleaved rounds of small smf calls, 64 connections with 16 and with 1 in flight each. Figures go to
# $work/results: SCENARIO CONTENDER ROUND FIGURE … Sourced after processes.sh; requires a function "measure CONTENDER CONNECTIONS IN_FLIGHT ROUND".

rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-3}

# run_smf_gateway WORKERS SERVER_PORT [MEMBERS]: runs a gateway for the calls of "frpc-gateway bench", with further members of its configuration.
run_smf_gateway() {
  run_gateway <<CONFIG
{
  "workers": $1,
  "listeners": [{ "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" }],
  "backends": { "demo": { "protocol": "smf", "servers": ["127.0.0.1:$2"] } },
  "routes": [{ "name": "get", "id": "0x6ad4023d", "backend": "demo" }],
  ${3:-}
}
CONFIG
}

# take_turns CONTENDER …: measures each in every round.
take_turns() {
  local round contender shape connections in_flight
  echo "$("$program" --version), $(nproc) cores, $(uname -sr)"
  for round in $(seq "$rounds"); do
    for shape in "64 16" "64 1"; do
      read -r connections in_flight <<<"$shape"
      for contender in "$@"; do measure "$contender" "$connections" "$in_flight" "$round"; done
    done
  done
}

# tables WHAT_THEY_ARE LOAD CONTENDER …: a table for each shape of load, each contender compared with the first.
tables() {
  local what=$1 load=$2 scenario contender
  shift 2
  for scenario in 64x16 64x1; do
    printf '\n%s connections × in flight%s, 60 bytes: median [lowest highest] of %s rounds of %s s\n' "$scenario" "$load" "$rounds" "$seconds"
    printf '%-8s %-28s %-24s %-26s %-24s %-22s %s\n' "$what" calls/s 'p50 µs' 'p99 µs' 'CPU µs a call' 'calls/s ratio' 'CPU ratio'
    for contender in "$@"; do row "$scenario" "$contender" "$1"; done
  done
}

# CPU time of a process up to now, in clock ticks: utime and stime. The name before them may contain spaces.
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# number NAME FILE: a number from the output of "bench --json".
number() { sed -nE "s/^ *\"$1\": ([0-9.E+-]+),?$/\1/p" "$2"; }

# spread FORMAT: median and, in brackets, lowest and highest of the input lines.
spread() {
  sort -g | awk -v format="$1" '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; printf format " [" format " " format "]", m, v[1], v[NR] }'
}

# column SCENARIO CONTENDER FIELD: that column, one value per round.
column() { awk -v s="$1" -v c="$2" -v f="$3" '$1 == s && $2 == c { print $f }' "$work/results"; }

# ratios SCENARIO CONTENDER FIELD FIRST: of each round, the value divided by that of the first contender.
ratios() {
  awk -v s="$1" -v c="$2" -v f="$3" -v first="$4" '$1 == s { value[$2, $3] = $f; if ($3 > rounds) rounds = $3 }
    END { for (r = 1; r <= rounds; r++) print value[c, r] / value[first, r] }' "$work/results"
}

# row SCENARIO CONTENDER FIRST: its calls/s, p50 and p99 in µs, CPU µs a call, and the ratios of calls/s and CPU to those of the first contender.
row() {
  printf '%-8s %-28s %-23s %-25s %-23s %-22s %s\n' "$2" "$(column "$1" "$2" 4 | spread '%.0f')" "$(column "$1" "$2" 5 | spread '%.0f')" "$(column "$1" "$2" 6 | spread '%.0f')" \
    "$(column "$1" "$2" 7 | spread '%.2f')" "$(ratios "$1" "$2" 4 "$3" | spread '%.2f')" "$(ratios "$1" "$2" 7 "$3" | spread '%.2f')"
}
