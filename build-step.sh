# Runs what takes long in a build: shows that it is alive, and says once what went wrong. Sourced, not run.
#
# A script that has a trap on EXIT of its own calls end_build_step in it.

# A terminal has the seconds written over, several times a second; a file or a pipe gets a line every so often.
BUILD_NEWS_SECONDS=${BUILD_NEWS_SECONDS:-10}

step_log=$(mktemp)
step_process=
trap end_build_step EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# build_step WHAT COMMAND…: runs the command with its output in $step_log, and shows WHAT and the seconds so far. What a command that fails has said is shown.
build_step() {
  local what=$1 started=$SECONDS news_at=$BUILD_NEWS_SECONDS seconds=0 status=0
  shift
  # Under job control it has a process group, with all that it starts, and does not ignore SIGINT, as what runs in the background does else.
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

# Behind a failed build MSBuild repeats every error.
explain_step() {
  awk '$0 == "Build FAILED." { exit } NF && !seen[$0]++' "$step_log" >&2
  echo "$1: failed with exit status $2; what was said stands above" >&2
}

# Ends the command that runs, with all that it has started. The first signal lets it end that itself, the second is for what is left.
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
