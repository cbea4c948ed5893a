#!/bin/sh
# Format, lint, types and layers; all four are run, and the last line says which failed.
set -u
cd -- "$(dirname -- "$0")/.." || exit 1
sh scripts/setup.sh dev || exit 1
failed=""
check() { # NAME, then the command
    name=$1
    shift
    printf '==> %s\n' "$name"
    "$@" || failed="$failed $name"
}

check format .venv/bin/ruff format --check .
check lint .venv/bin/ruff check .
check types .venv/bin/python -m mypy
check layers .venv/bin/lint-imports
if [ -n "$failed" ]; then
    printf 'FAILED:%s\n' "$failed"
    exit 1
fi
echo "All checks passed."
