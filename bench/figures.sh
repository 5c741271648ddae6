# Figures of rounds in which contenders take turns, a line each in $work/results: SCENARIO CONTENDER ROUND FIGURE … Sourced, not run; wants $work.

# CPU time of a process up to now, in clock ticks: utime and stime. The name before them may hold spaces.
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# number NAME FILE: a number of what "bench --json" printed.
number() { sed -nE "s/^ *\"$1\": ([0-9.E+-]+),?$/\1/p" "$2"; }

# spread FORMAT: median and, in brackets, lowest and highest of the lines.
spread() {
  sort -g | awk -v format="$1" '{ v[NR] = $1 }
    END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; printf format " [" format " " format "]", m, v[1], v[NR] }'
}

# column SCENARIO CONTENDER FIELD: that column, a value a round.
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

# heading CONTENDERS: the line above the rows.
heading() { printf '%-8s %-28s %-24s %-26s %-24s %-22s %s\n' "$1" calls/s 'p50 µs' 'p99 µs' 'CPU µs a call' 'calls/s ratio' 'CPU ratio'; }
