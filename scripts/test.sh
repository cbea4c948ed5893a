#!/bin/sh
# Runs every test: the locked requirements, the judges (other programs' calendar parsers), then pytest in as many
# processes as this machine has cores. ARGS goes to pytest: make test ARGS="-k feeds"; ARGS="-n 0 …" is one process,
# where a debugger and "print" can be used; ARGS="-n 3 …" is three.
set -eu
cd -- "$(dirname -- "$0")/.."
say() { printf '==> %s\n' "$*"; }

sh scripts/setup.sh dev
if [ -f tests/judges/setup.sh ]; then
    say "Preparing the judges of calendars (ical.js, khal …)"
    sh tests/judges/setup.sh || say "The judges could not be prepared: tests that need them are named as not run."
fi
say "Running the tests, in a process for each core unless ARGS says otherwise"
# ARGS holds several words on purpose.
# shellcheck disable=SC2086
exec .venv/bin/python -m pytest -n logical ${ARGS:-}
