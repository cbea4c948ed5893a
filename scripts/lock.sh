#!/bin/sh
# Writes requirements.txt and requirements-dev.txt anew from pyproject.toml, and those of the programs that
# "make bench-peers" measures from the names beside them, with a hash for every file of every package. Needs uv, a public tool ("pipx install uv" or "pip install uv"); UV=path names another one.
# Versions already locked are kept; "sh scripts/lock.sh --upgrade" takes the newest.
set -eu
cd -- "$(dirname -- "$0")/.."
UV=${UV:-uv}
command -v "$UV" >/dev/null || { echo "make lock needs uv: pipx install uv (or set UV=/path/to/uv)" >&2; exit 1; }

lock() { # OUTPUT, what is asked for, then the options that choose what is locked
    output=$1
    shift
    "$UV" pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --custom-compile-command "make lock" --no-emit-index-url --no-emit-find-links --output-file "$output" "$@"
    echo "$output: $(grep -c '^[a-z0-9].*==' "$output") packages"
}

lock requirements.txt pyproject.toml --group build "$@"
lock requirements-dev.txt pyproject.toml --group build --extra dev --constraints requirements.txt "$@"
for peer in benchmarks/peers/locked/*.in; do
    lock "${peer%.in}.txt" "$peer" "$@"
done
