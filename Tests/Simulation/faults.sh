#!/usr/bin/env bash
# Shows that the simulation bites: puts faults into a copy of the sources, one at a time, and plays the whole gateway until a seed
# finds each. Ends with a table, and with exit status 0 only when all were found. Takes about a minute of building for each fault.
#
#   Tests/Simulation/faults.sh               all faults
#   Tests/Simulation/faults.sh lost-tail …   only these
#   Tests/Simulation/faults.sh --check       only looks whether each can be put in; builds nothing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

SEEDS_MAX=20000
FAULTS=Tests/Simulation/Faults

check=
names=()
for word in "$@"; do
  case "$word" in
    --check) check=yes ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *)
      if [ ! -f "$FAULTS/$word.txt" ]; then echo "faults.sh: there is no fault $word in $FAULTS" >&2; exit 2; fi
      names+=("$word")
      ;;
  esac
done
if [ ${#names[@]} = 0 ]; then
  for file in "$FAULTS"/*.txt; do names+=("$(basename "$file" .txt)"); done
fi

if [ -n "$check" ]; then
  status=0
  for name in "${names[@]}"; do
    if file=$(python3 "$FAULTS/apply.py" "$FAULTS/$name.txt" . --check); then echo "$name: $file"; else status=1; fi
  done
  exit $status
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - | tar --extract --directory "$work"

# seed_of LOG: the seed that failed in a run; empty where none did.
seed_of() { sed -nE 's/.*seed ([0-9]+) fails.*/\1/p' "$1" | head -n 1; }

# play NAME: builds the copy and plays it. Prints its row of the table.
play() {
  local name=$1 log=$work/log started seed
  if ! dotnet build "$work/Tests/Unit" -c Debug -v quiet -nologo -p:RunAnalyzers=false >"$log" 2>&1; then
    grep -m 3 'error' "$log" >&2 || true
    printf '%-22s %8s\n' "$name" "does not build"
    return 1
  fi
  started=$SECONDS
  FRPC_SEED=1-$SEEDS_MAX TUNIT_DISABLE_HTML_REPORTER=true "$work/artifacts/build/bin/UnitTests/debug_net10.0/UnitTests" --no-ansi --progress off \
    --disable-logo --treenode-filter '/*/*/WholeGatewayTests/Whatever_happens*' >"$log" 2>&1 || true
  seed=$(seed_of "$log")
  printf '%-22s %8s %8s  %s\n' "$name" "${seed:-none}" "$((SECONDS - started))" "$(grep -m 1 -E 'Exception: ' <(grep -A 1 'fails; to replay' "$log" | tail -n 1) | cut -c 1-150 || true)"
  [ -n "$seed" ]
}

table=$work/table
missed=0
for name in "${names[@]}"; do
  file=$(python3 "$FAULTS/apply.py" "$FAULTS/$name.txt" "$work")
  play "$name" | tee -a "$table" || missed=$((missed + 1))
  cp "$file" "$work/$file"
done

echo
printf '%-22s %8s %8s  %s\n' fault seed seconds 'found by'
cat "$table"
if [ "$missed" != 0 ]; then echo "faults.sh: $missed of ${#names[@]} were not found within $SEEDS_MAX seeds" >&2; exit 1; fi
