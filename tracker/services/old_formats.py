"""Old formats (.doc, .wps, .rtf, .xls, .et, .odt, .ods) made .docx or .xlsx by LibreOffice, where it is installed.

Every conversion has a folder and a LibreOffice profile of its own, so that two never meet and nothing is left over.
The profile forbids macros, links to other files and other active content. LibreOffice runs with a bare environment,
within limits of time and memory, in a process group that is killed as a whole.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path, PurePath

from tracker.reading.unreadable import UnreadableFile
from tracker.services.reading_process import LOOK_SECONDS, Abandoned
from tracker.services.reading_stops import TookTooLong
from tracker.settings import ReadingLimits

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LARGEST_RESULT = 100 * MEGABYTE
LEAST_MB = 2048
"""LibreOffice reserves more than a gigabyte of address space before it has opened anything."""

TABLES = frozenset((".xls", ".et", ".xlsb", ".ods", ".xlt"))
SUFFIXES = {
    "doc": (".doc", ".wps", ".dot", ".wpt"),
    "rtf": (".rtf",),
    "xls": (".xls", ".et", ".xlsb", ".xlt"),
    "odf": (".odt", ".ods"),
}
"""What the readers call the format, and the suffixes that files of it have; the first one is given to any other."""

# Sets the limits, and becomes LibreOffice: between fork and exec of a process with threads nothing of ours may run.
_LAUNCH = """
import os, resource, sys
seconds, space, size = map(int, sys.argv[1:4])
for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, space), (resource.RLIMIT_FSIZE, size),
                   (resource.RLIMIT_CORE, 0)):
    try:
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        pass
os.execv(sys.argv[4], sys.argv[4:])
"""

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_FORBIDDING = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "2"),
)


def convertible(limits: ReadingLimits) -> tuple[str, ...]:
    """The formats, as the readers call them, that can be converted on this machine."""
    return tuple(SUFFIXES) if find_libreoffice(limits) else ()


def find_libreoffice(limits: ReadingLimits) -> str | None:
    """The path of LibreOffice's program; None where it is not installed."""
    return shutil.which(limits.libreoffice)


def convert(data: bytes, name: str, format: str, limits: ReadingLimits, wanted: Callable[[], bool]) -> bytes:
    """The file as .docx, or .xlsx for a table.

    Raises UnreadableFile when LibreOffice cannot open it, TookTooLong when it has not ended in time, Abandoned when
    ``wanted`` says no.
    """
    program = find_libreoffice(limits)
    assert program, "only what is convertible is converted"
    suffix = PurePath(name).suffix.lower()
    suffix = suffix if suffix in SUFFIXES[format] else SUFFIXES[format][0]
    target = "xlsx" if suffix in TABLES else "docx"
    with tempfile.TemporaryDirectory(prefix="tracker-convert-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / f"plan{suffix}").write_bytes(data)
        _forbid_macros(place / "profile")
        if not _run(_command(program, place, suffix, target, limits), place, limits, wanted):
            raise TookTooLong(name, limits.seconds)
        result = place / "out" / f"plan.{target}"
        if not result.is_file() or result.stat().st_size > LARGEST_RESULT:
            raise _refused(name)
        return result.read_bytes()


def _refused(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"《{name}》是旧格式文件，自动转换没有成功，文件可能设有密码或已损坏。"
        "请用 Word 或 WPS 打开，另存为 .docx（表格另存为 .xlsx）后重新导入。"
    )


def _forbid_macros(profile: Path) -> None:
    items = "\n".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _FORBIDDING
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), "utf-8")


def _command(program: str, place: Path, suffix: str, target: str, limits: ReadingLimits) -> list[str]:
    space = max(LEAST_MB, 2 * limits.megabytes) * MEGABYTE
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(limits.seconds), str(space), str(LARGEST_RESULT)]
    options = ["--headless", "--invisible", "--nologo", "--norestore", "--nodefault", "--nolockcheck"]
    own_profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    job = ["--convert-to", target, "--outdir", str(place / "out"), str(place / f"plan{suffix}")]
    return [*launcher, program, own_profile, *options, *job]


def _run(command: list[str], place: Path, limits: ReadingLimits, wanted: Callable[[], bool]) -> bool:
    """Runs LibreOffice to its end; False when the time is over. Whatever it started is gone afterwards."""
    environment = {"PATH": os.defpath, "HOME": str(place), "TMPDIR": str(place), "LANG": "C.UTF-8"}
    environment["SAL_USE_VCLPLUGIN"] = "svp"  # no screen
    end = time.monotonic() + limits.seconds
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=place,
        env=environment,
        start_new_session=True,
    )
    try:
        while wanted():
            with contextlib.suppress(subprocess.TimeoutExpired):
                ended = process.wait(LOOK_SECONDS)
                log.info("LibreOffice ended with %s", ended)
                return True
            if time.monotonic() >= end:
                return False
        raise Abandoned
    finally:
        # A group outlives its first process: what that one started is killed too.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
