# Runs the long steps of a build: shows progress, and reports errors once. Sourced, not run.
#
# A script with its own trap on EXIT must call end_build_step in it.

# On a terminal the seconds are rewritten several times a second; a file or a pipe gets a line this often.
BUILD_NEWS_SECONDS=${BUILD_NEWS_SECONDS:-10}

step_log=$(mktemp)
step_process=
trap end_build_step EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# build_step WHAT COMMAND…: runs the command with its output in $step_log, and shows WHAT and the seconds so far. The output of a failed command is shown.
build_step() {
  local what=$1 started=$SECONDS news_at=$BUILD_NEWS_SECONDS seconds=0 status=0
  shift
  # Job control gives it a process group with all its children, and unlike other background commands it does not ignore SIGINT.
  set -m
  "$@" </dev/null >"$step_log" 2>&1 &
  step_process=$!
  set +m
  if [ ! -t 1 ]; then echo "$what …"; fi
  while kill -0 "$step_process" 2>/dev/null; do
    seconds=$((SECONDS - started))
    if [ -t 1 ]; then
      printf '\r%s … %s s' "$what" "$seconds"
    elif [ "$seconds" -ge "$news_at" ]; then
      echo "$what … $seconds s"
      news_at=$((seconds + BUILD_NEWS_SECONDS))
    fi
    sleep 0.2
  done
  if [ -t 1 ]; then printf '\r%s … %s s\n' "$what" "$((SECONDS - started))"; fi
  wait "$step_process" || status=$?
  step_process=
  [ "$status" = 0 ] || explain_step "$what" "$status"
  return "$status"
}

# After a failed build MSBuild repeats every error.
explain_step() {
  awk '$0 == "Build FAILED." { exit } NF && !seen[$0]++' "$step_log" >&2
  echo "$1: failed with exit status $2; its output is above" >&2
}

# Ends the running command with all its children: first with SIGINT, so that it can clean up, then with SIGKILL.
end_build_step() {
  trap '' HUP INT TERM
  if [ -n "$step_process" ]; then
    [ ! -t 1 ] || echo
    kill -INT -- "-$step_process" 2>/dev/null || true
    for _ in $(seq 50); do
      kill -0 "$step_process" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$step_process" 2>/dev/null || true
    wait "$step_process" 2>/dev/null || true
    step_process=
  fi
  rm -f "$step_log"
}
