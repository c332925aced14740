#!/usr/bin/env bash
# An office opens: `office-opening.sh tucson-field c001`, once its manifests (new-office.yaml) are among the campaign's. It makes what is
# written, proves that 911 finds every phone there, and lights one desk for a test of 15 minutes. As a runbook: runbooks/office-opening.yaml.
# The new phones' passwords are added to $SECRETS (.campctl/secrets.csv); delete it when all have theirs.
# Run it in the campaign's folder. Ends with the status of the first step that fails (docs/exit-statuses.md).
set -euo pipefail
if [ $# -lt 2 ]; then echo "usage: $0 OFFICE DESK [HOTLINE]" >&2; exit 2; fi
office=$1 desk=$2 hotline=${3:-voter-protection}

campctl validate --quiet
campctl backend check --quiet
campctl drift --exit-code --quiet
campctl plan --target "office/$office"
campctl apply --yes --quiet --reason "$office opens" --wait-for-lock 60 --secrets "${SECRETS:-.campctl/secrets.csv}"
campctl plan --exit-code --quiet > /dev/null
campctl office audit "$office" --faults --exit-code

campctl port light "$desk" --office "$office" --hotline "$hotline" --until +15m --reason "$office opens: a test" --quiet --wait-for-lock 60
campctl status --check "port $office/$desk lit within 30s" --quiet > /dev/null
campctl office show "$office"
echo "Call $hotline until $desk rings. The desk goes dark in 15 minutes; sooner: campctl port dark $desk --office $office"
