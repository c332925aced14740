#!/usr/bin/env bash
# An office has to be left, or has no power: `office-evacuation.sh leave phoenix-field chicago-hq "burst pipe"`, and `back phoenix-field` when
# it is itself again. Where too few are left to answer, the hotline's calls go to its failover. As a runbook: runbooks/office-evacuation.yaml.
# Run it in the campaign's folder. Ends with the status of the first step that fails (docs/exit-statuses.md).
set -euo pipefail
hotline=${HOTLINE:-voter-protection}
least=${LEAST:-2}
lock=(--wait-for-lock 60)

check() { # says what is not so, and ends with the status of the look: 18, or 9 where nobody can know
  local status=0
  campctl status --check "$1" --quiet > /dev/null || status=$?
  if [ "$status" -ne 0 ]; then echo "not so: $1" >&2; fi
  return "$status"
}

leave() {
  office=$1 to=$2 why=$3
  campctl office evacuate "$office" --to "$to" --until +12h --reason "$why" --yes --quiet "${lock[@]}"
  check "office $office evacuated and office $office dark within 60s"
  status=0
  check "hotline $hotline seats >= $least" || status=$?
  case $status in
    0) ;;
    18) campctl hotline failover "$hotline" --until +12h --reason "$why" --yes --quiet "${lock[@]}" ;;
    *) exit "$status" ;;
  esac
  campctl office audit "$to" --faults --exit-code
}

back() {
  office=$1
  campctl office evacuate "$office" --back --yes --quiet "${lock[@]}"
  status=0
  check "hotline $hotline diverted" || status=$?
  case $status in
    0) campctl hotline failover "$hotline" --back --yes --quiet "${lock[@]}" ;;
    18) ;;
    *) exit "$status" ;;
  esac
  campctl office audit "$office" --faults --exit-code
  campctl override list --overdue --exit-code
  campctl plan --exit-code
}

case ${1:-}:$# in
  leave:4) leave "$2" "$3" "$4" ;;
  back:2) back "$2" ;;
  *) echo "usage: $0 leave OFFICE TO WHY | back OFFICE" >&2; exit 2 ;;
esac
