#!/bin/sh
# Runs every test: the locked requirements, the judges (other programs' calendar parsers), then pytest.
# ARGS goes to pytest: make test ARGS="-k feeds".
set -eu
cd -- "$(dirname -- "$0")/.."
say() { printf '==> %s\n' "$*"; }

sh scripts/setup.sh dev
if [ -f tests/judges/setup.sh ]; then
    say "Preparing the judges of calendars (ical.js, khal …)"
    sh tests/judges/setup.sh || say "The judges could not be prepared: tests that need them are named as not run."
fi
say "Running the tests"
# ARGS holds several words on purpose.
# shellcheck disable=SC2086
exec .venv/bin/python -m pytest ${ARGS:-}
