"""Programs that come as packages of Debian."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from benchmarks.peers.environments import run
from benchmarks.peers.peer import NotMeasuredError

INSTALL = ("apt-get", "install", "--yes", "--quiet", "--quiet", "--no-remove", "--no-install-recommends")
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def install_packages(packages: Sequence[str]) -> None:
    """Installs what is absent, which only root may do; what would put another package out is refused."""
    if all(map(version_of, packages)):
        return
    if shutil.which("apt-get") is None:
        raise NotMeasuredError("it comes as packages of Debian, and apt-get is not here")
    if os.geteuid():
        raise NotMeasuredError(f"only root may install it: apt-get install {' '.join(packages)}")
    run(["apt-get", "update", "--quiet", "--quiet"], QUIET)
    run([*INSTALL, *packages], QUIET)


def version_of(package: str) -> str:
    """The version that is installed; empty when there is none."""
    if shutil.which("dpkg-query") is None:
        return ""
    told = run(["dpkg-query", "--show", "--showformat=${binary:Package} ${db:Status-Status} ${Version}\n"])
    rows = (line.split() for line in told.splitlines())
    return next((row[2] for row in rows if row[0].partition(":")[0] == package and row[1] == "installed"), "")
