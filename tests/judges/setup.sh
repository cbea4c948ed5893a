#!/bin/sh
# Installs the calendar programs that read our feeds back in the tests, under .cache/judges, which git ignores:
#   venv/   khal, vdirsyncer and recurring-ical-events, apart from the product's own packages
#   node/   ical.js (Thunderbird's parser) and node-ical, when npm is on the PATH
# Run it as often as you like: what is there already is left alone. PYTHON chooses another Python.
# Exit status 0 when all that this machine can hold is there, 1 when an installation failed.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
judges=$root/.cache/judges
reader=$root/tests/judges/read_ics.cjs
python_pins="khal==0.14.1 vdirsyncer==0.21.0 recurring-ical-events==3.8.2 icalendar==7.3.0"
node_pins="ical.js@2.2.1 node-ical@0.26.1"
empty_calendar='BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nEND:VCALENDAR\r\n'

say() { echo "judges: $*"; }

is_current() { # folder, pins
    [ -f "$1/pins" ] && [ "$(cat "$1/pins")" = "$2" ]
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then echo "$PYTHON"
    elif [ -x "$root/.venv/bin/python" ]; then echo "$root/.venv/bin/python"
    else echo python3
    fi
}

# Playwright brings a Node.js of its own, which is new enough; Debian 12's is not.
find_node() {
    for brought in "$root"/.venv/lib/python3*/site-packages/playwright/driver/node; do
        "$brought" --version >/dev/null 2>&1 && echo "$brought" && return
    done
    echo node
}

install_python() {
    if is_current "$judges/venv" "$python_pins" && "$judges/venv/bin/khal" --version >/dev/null 2>&1; then
        say "khal, vdirsyncer and recurring-ical-events are there"
        return 0
    fi
    say "installing $python_pins"
    # shellcheck disable=SC2086 # the pins are several words
    "$(find_python)" -m venv --clear "$judges/venv" &&
        "$judges/venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check $python_pins &&
        "$judges/venv/bin/khal" --version >/dev/null &&
        echo "$python_pins" >"$judges/venv/pins" && return 0
    rm -rf "$judges/venv"
    say "khal and its companions could NOT be installed; the tests that need them will not run"
    return 1
}

install_node() {
    if ! command -v "$(find_node)" >/dev/null || ! command -v npm >/dev/null; then
        say "node or npm is not on the PATH: ical.js and node-ical are left out; the tests that need them will not run"
        return 0
    fi
    if is_current "$judges/node" "$node_pins" && [ -d "$judges/node/node_modules" ]; then
        say "ical.js and node-ical are there"
        return 0
    fi
    say "installing $node_pins"
    rm -rf "$judges/node"
    mkdir -p "$judges/node"
    # shellcheck disable=SC2086
    npm install --prefix "$judges/node" --no-save --no-package-lock --no-audit --no-fund --loglevel=error $node_pins \
        >/dev/null &&
        reads_an_empty_calendar ical.js && reads_an_empty_calendar node-ical &&
        echo "$node_pins" >"$judges/node/pins" && return 0
    rm -rf "$judges/node"
    say "ical.js and node-ical could NOT be installed (Node.js 20 is needed); the tests that need them will not run"
    return 1
}

reads_an_empty_calendar() { # parser
    [ "$(printf "$empty_calendar" | "$(find_node)" "$reader" "$judges/node" "$1")" = "[]" ]
}

mkdir -p "$judges"
failed=0
install_python || failed=1
install_node || failed=1
exit $failed
