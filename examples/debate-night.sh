#!/usr/bin/env bash
# Debate night: `debate-night.sh before` in the afternoon, `start` when it begins, `stop` when it is quiet again.
# Run it in the campaign's folder. Every step relies on campctl's exit statuses; the first that fails ends the script.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
reason='debate night'

before() { # is everything in order, and what would happen?
  campctl validate --quiet
  campctl backend check --quiet
  campctl office audit --faults --exit-code
  campctl drift --exit-code --quiet
  campctl hotline scale -f "$here/tonight.yaml" --dry-run
}

start() {
  campctl hotline scale -f "$here/tonight.yaml" --reason "$reason" --wait-for-lock 60 --quiet
  campctl port light -f "$here/walk-ins.yaml" --reason "$reason" --wait-for-lock 60 --quiet
  campctl hotline list
}

stop() { # before their end: what holds for now is over, and every desk is as the YAML says
  campctl override clear --all --reason "$reason is over" --yes --wait-for-lock 60 --quiet
  campctl hotline list
}

case ${1:-} in
  before | start | stop) "$1" ;;
  *) echo "usage: $0 before|start|stop" >&2; exit 2 ;;
esac
