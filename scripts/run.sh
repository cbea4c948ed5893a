#!/bin/sh
# Serves the sample: sets up what is missing, brings the database up to date, loads the sample, serves until Ctrl-C.
# PORT chooses another port; TODAY the day on which the sample stands, or "real" for the wall clock.
set -eu
cd -- "$(dirname -- "$0")/.."
PORT=${PORT:-5000}
TODAY=${TODAY:-2023-06-15}

say() { printf '==> %s\n' "$*"; }

sh scripts/setup.sh run
.venv/bin/python scripts/port.py "$PORT"

if [ "$TODAY" = real ]; then unset TRACKER_TODAY; else export TRACKER_TODAY="$TODAY"; fi
export TRACKER_BASE_URL="${TRACKER_BASE_URL:-http://127.0.0.1:$PORT}"

say "Preparing the database 准备数据库"
.venv/bin/tracker db upgrade
say "Loading the sample; the first time takes a while 载入示例数据，首次需要一些时间"
.venv/bin/tracker sample load
say "Serving $TRACKER_BASE_URL (Ctrl-C stops it) 启动服务，按 Ctrl-C 停止"
exec .venv/bin/tracker serve --port "$PORT"
