#!/usr/bin/env bash
# A wave of an office to another exchange: `migration-wave.sh phoenix-field new-pbx 25%`, and again without a size for all who are left
# (docs/migration.md). Written for two-exchanges/. As a runbook, with its way back: runbooks/migration-wave.yaml.
# Run it in the campaign's folder. Ends with the status of the first step that fails (docs/exit-statuses.md).
set -euo pipefail
if [ $# -lt 2 ]; then echo "usage: $0 OFFICE BACKEND [SIZE]" >&2; exit 2; fi
office=$1 backend=$2 size=(${3:+--wave "$3"})
hotline=${HOTLINE:-main}

campctl validate --quiet
campctl backend check --quiet
campctl drift --exit-code --quiet
campctl plan --exit-code --quiet > /dev/null # nothing else is due: the wave shall be the only change

campctl move --office "$office" --backend "$backend" "${size[@]}" --yes --allow-updates --reason "$office to $backend" --quiet --wait-for-lock 60
campctl plan --exit-code --quiet > /dev/null
campctl office audit "$office" --faults --exit-code
campctl status --check "hotline $hotline short none within ${PATIENCE:-60s}" --quiet > /dev/null
campctl move --office "$office" --status
