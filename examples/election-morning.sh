#!/usr/bin/env bash
# Election morning: looks first, then applies what is due, then looks again. Run it in the campaign's folder; it needs jq.
# Ends with 0 when the phones are ready, and otherwise with the status of the step that failed (docs/exit-statuses.md).
set -euo pipefail

step() { printf '\n== %s\n' "$*"; }

step 'The manifests are sound'
campctl validate --quiet

step 'The exchanges are well'
campctl backend check

step 'Nobody changed anything by hand'
campctl drift --exit-code --quiet

step 'What is due now: surges that began, overrides that ended'
status=0
campctl plan --exit-code --quiet || status=$?
case $status in
  0) echo 'nothing is due' ;;
  4) campctl apply --yes --wait live --wait-for-lock 120 --reason 'election morning' --quiet ;;
  *) exit "$status" ;;
esac

step 'Every lit phone can be found by 911'
campctl office audit --faults --exit-code

step 'The board'
campctl hotline list
short=$(campctl hotline list --output json | jq "[.data.rows[].short] | add")
if [ "$short" -gt 0 ]; then echo "$short seats are empty" >&2; exit 1; fi
echo 'Ready.'
