#!/usr/bin/env bash
# Election day, a part at a time, by hand or from cron: `election-day.sh checks` at 05:00, `look` every hour, `rush` at 17:00, `back` at 21:05,
# `cut-back` at 23:30, `close` when the surge is over. The same day as a runbook: runbooks/election-day.yaml.
# Run it in the campaign's folder. Ends with the status of the first step that fails (docs/exit-statuses.md).
set -euo pipefail
hotline=${HOTLINE:-voter-protection} # the figures are those of the national seed
seats=${SEATS:-400}
rush=${RUSH:-420}
night=${NIGHT:-170}
patience=${PATIENCE:-60s}
lock=(--wait-for-lock 60)

check() { # says what is not so, and ends with the status of the look: 18, or 9 where nobody can know
  local status=0
  campctl status --check "$1" --quiet > /dev/null || status=$?
  if [ "$status" -ne 0 ]; then echo "not so: $1" >&2; fi
  return "$status"
}

look() { # does every exchange answer, does 911 find everybody, is a seat empty?
  campctl backend check --quiet
  campctl office audit --faults --exit-code
  check "hotline $hotline short none within $patience"
}

checks() { # 05:00: nothing is due, nothing was changed by hand, nothing that was lent is out
  campctl validate --quiet
  campctl store check --quiet
  campctl backend check --quiet
  campctl drift --exit-code --quiet
  status=0
  campctl plan --exit-code --quiet > /dev/null || status=$?
  case $status in
    0) ;;
    4) campctl apply --yes --quiet --reason 'election day, the checks' "${lock[@]}" ;;
    *) exit "$status" ;;
  esac
  campctl office audit --faults --exit-code
  campctl override list --overdue --exit-code
  check "hotline $hotline seats >= $seats within $patience"
  campctl hotline list
}

rush() { # 17:00: people come home from work
  campctl hotline scale "$hotline" "$rush" --until 21:00 --reason 'people come home from work' --quiet "${lock[@]}"
  check "hotline $hotline wanted >= $rush within $patience"
}

back() { # 21:05: the seats of the rush come back
  campctl apply --yes --quiet --reason 'the rush is over' "${lock[@]}"
  check "hotline $hotline wanted <= $seats within $patience"
}

cut_back() { # 23:30: not while many wait
  check "hotline $hotline waiting < 10 within $patience"
  campctl hotline scale "$hotline" "$night" --until "${UNTIL:-+150m}" --reason 'polls are closed from Maine to California' --quiet "${lock[@]}"
  check "hotline $hotline wanted <= $night within $patience"
}

close() { # the surge is over, all that was lent comes back, and all is as the manifests say
  campctl apply --yes --quiet --reason 'the day is over' "${lock[@]}"
  campctl override list --overdue --exit-code
  campctl plan --exit-code
  campctl audit verify
}

case ${1:-} in
  checks | look | rush | back | close) "$1" ;;
  cut-back) cut_back ;;
  *) echo "usage: $0 checks|look|rush|back|cut-back|close" >&2; exit 2 ;;
esac
