#!/bin/sh
# Makes .venv with the locked requirements and the program itself: "sh scripts/setup.sh run", or "dev" to work on it.
# What is already in place is left as it is; a second call takes well under a second.
set -eu
cd -- "$(dirname -- "$0")/.."
KIND=${1:-run}
case $KIND in
run) LOCK=requirements.txt ;;
dev) LOCK=requirements-dev.txt ;;
*) echo "usage: sh scripts/setup.sh run|dev" >&2 && exit 2 ;;
esac

say() { printf '==> %s\n' "$*"; }
stop() { printf '\n%s\n' "$@" >&2 && exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_venvs() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# The first Python of 3.11 or later, one that can make virtual environments before one that cannot.
find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
        is_new_enough "$candidate" && makes_venvs "$candidate" && echo "$candidate" && return
    done
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
        is_new_enough "$candidate" && echo "$candidate" && return
    done
    stop "No Python 3.11 or later was found. Install one (Debian, Ubuntu: apt-get install python3), or name it: make PYTHON=/path/to/python3" \
        "未找到 Python 3.11 或更高版本。请先安装（Debian、Ubuntu：apt-get install python3），或指明位置：make PYTHON=/路径/python3"
}

# Debian and Ubuntu keep the part of Python that makes virtual environments in a package of its own.
add_venv_package() {
    package="python$(version_of "$1")-venv"
    if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true 2>/dev/null; then root="sudo -n"; else root=none; fi
    if [ "$root" != none ] && command -v apt-get >/dev/null; then
        say "Installing $package, which Python needs to make .venv 安装 $package"
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
            { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null; } || true
    fi
    makes_venvs "$1" || stop "Python's venv part is missing. Install it, then run make again:  sudo apt-get install $package" \
        "缺少 Python 的 venv 组件。请先执行下面的命令，再重新运行 make：  sudo apt-get install $package"
}

make_venv() {
    python=$(find_python)
    makes_venvs "$python" || add_venv_package "$python"
    say "Making .venv with Python $(version_of "$python") 建立运行环境"
    rm -rf .venv
    "$python" -m venv .venv
    pwd >.venv/.tracker-home
}

# A virtual environment names its own place in its scripts: after the folder was moved it is made anew.
is_usable() {
    [ -x .venv/bin/python ] && is_new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 &&
        { [ ! -f .venv/.tracker-home ] || [ "$(cat .venv/.tracker-home)" = "$(pwd)" ]; }
}

# pip keeps its user's own settings (a mirror, a certificate), but not one that would install beside .venv.
pip_install() {
    env -u PIP_TARGET -u PIP_PREFIX PIP_USER=0 PYTHONNOUSERSITE=1 .venv/bin/python -m pip install \
        --quiet --no-input --disable-pip-version-check --no-warn-script-location "$@" ||
        stop "Installing failed; pip's own words stand above. If this machine reaches packages through a mirror or a proxy, tell pip so (pip config)." \
            "安装失败，原因见上方 pip 的提示。如本机须经镜像或代理下载，请先在 pip 配置（pip config）中设好，再重新运行 make。"
}

install() {
    say "Installing $(grep -c '^[a-z0-9].*==' "$LOCK") locked packages ($LOCK); the first time takes a minute or two 安装所需组件，首次约一两分钟"
    pip_install --require-hashes -r "$LOCK"
    pip_install --no-deps --no-build-isolation --no-index -e .
}

# What is installed is right as long as the lock, the project file and the place stay the same.
want="$(pwd) $(cat "$LOCK" pyproject.toml scripts/setup.sh | cksum)"
stamp=.venv/.tracker-$KIND
if [ -x .venv/bin/tracker ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi
is_usable || make_venv
rm -f .venv/.tracker-run .venv/.tracker-dev
install
printf '%s' "$want" >"$stamp"
# Everything that runs the program is among what works on it.
if [ "$KIND" = dev ]; then
    printf '%s' "$(pwd) $(cat requirements.txt pyproject.toml scripts/setup.sh | cksum)" >.venv/.tracker-run
fi
say "Ready: .venv/bin/tracker 就绪"
