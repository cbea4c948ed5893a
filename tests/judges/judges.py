"""Calendar programs that other people use, asked what they understand of our bytes.

Each function gives a list of plain dictionaries: ``kind`` (vevent or vtodo), ``uid``, ``title``, ``start`` and ``end``
as ISO days (``end`` is the day after, as in the file; for a vtodo ``start`` is its due day and ``end`` is empty) and
``status``; most tell ``description``, ``url`` and ``alarms`` too, which is how many there are. Tests that call them
carry ``needs("node")`` for ical.js and node-ical, ``needs("khal")`` for khal, vdirsyncer and recurring-ical-events.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar

from tests.needs import JUDGES, find_node

HERE = Path(__file__).resolve().parent
BIN = JUDGES / "venv" / "bin"
Read = list[dict[str, str]]

KHAL_FIELDS = ("uid", "title", "start-date", "end-date", "status", "description", "url")
KHAL_CONFIG = """
[calendars]
[[feed]]
path = {folder}/calendar
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""
VDIRSYNCER_CONFIG = """
[general]
status_path = "{folder}/status"
[pair feed]
a = "subscribed"
b = "kept"
collections = null
[storage subscribed]
type = "singlefile"
path = "{folder}/feed.ics"
read_only = true
[storage kept]
type = "filesystem"
path = "{folder}/kept"
fileext = ".ics"
"""


def parse_with_icaljs(body: bytes) -> Read:
    """What ical.js, Thunderbird's parser, reads."""
    return _parse_with_node("ical.js", body)


def parse_with_node_ical(body: bytes) -> Read:
    """What node-ical reads."""
    return _parse_with_node("node-ical", body)


def _parse_with_node(parser: str, body: bytes) -> Read:
    node = find_node()
    assert node is not None, "mark the test with @pytest.mark.needs('node')"
    said = _run([node, HERE / "read_ics.cjs", JUDGES / "node", parser], body)
    return list(json.loads(said))


def parse_with_recurring(body: bytes, start: date, end: date) -> Read:
    """What recurring-ical-events finds from ``start`` to ``end``, both included."""
    said = _run([BIN / "python", HERE / "read_recurring.py", str(start), str(end)], body)
    return list(json.loads(said))


def parse_with_khal(body: bytes, start: date, end: date) -> Read:
    """What ``khal list`` shows from ``start`` to ``end``, both included, after ``khal import``; it lists no vtodo."""
    with tempfile.TemporaryDirectory(prefix="khal-") as name:
        folder = Path(name)
        (folder / "calendar").mkdir()
        (folder / "config").write_text(KHAL_CONFIG.format(folder=folder), encoding="utf-8")
        (folder / "feed.ics").write_bytes(body)
        khal: list[str | Path] = [BIN / "khal", "-c", folder / "config"]
        _run([*khal, "import", "--batch", "-a", "feed", folder / "feed.ics"], home=folder)
        fields = [word for field in KHAL_FIELDS for word in ("--json", field)]
        said = _run([*khal, "list", "--once", *fields, str(start), str(end + timedelta(days=1))], home=folder)
    listed = [event for line in said.splitlines() for event in json.loads(line)]
    return [_from_khal(event) for event in listed if event["start-date"] <= end.isoformat()]


def _from_khal(event: dict[str, str]) -> dict[str, str]:
    """khal tells the last day of an event; the others tell the day after."""
    day_after = date.fromisoformat(event["end-date"]) + timedelta(days=1)
    kept = {key: event[key] for key in ("uid", "title", "status", "description", "url")}
    return {"kind": "vevent", "start": event["start-date"], "end": day_after.isoformat(), **kept}


def parse_with_vdirsyncer(body: bytes) -> Read:
    """What stands in the single files that ``vdirsyncer sync`` makes of a feed, each read by icalendar."""
    with tempfile.TemporaryDirectory(prefix="vdirsyncer-") as name:
        folder = Path(name)
        (folder / "kept").mkdir()
        (folder / "config").write_text(VDIRSYNCER_CONFIG.format(folder=folder), encoding="utf-8")
        (folder / "feed.ics").write_bytes(body)
        for verb in ("discover", "sync"):
            _run([BIN / "vdirsyncer", "-c", folder / "config", verb], home=folder)
        files = sorted((folder / "kept").glob("*.ics"))
        return [event for file in files for event in parse_with_icalendar(file.read_bytes())]


def parse_with_icalendar(body: bytes) -> Read:
    """What the icalendar library reads, which also writes our feeds."""
    parts = Calendar.from_ical(body).subcomponents
    return [_from_icalendar(part) for part in parts if part.name in ("VEVENT", "VTODO")]


def _from_icalendar(part: Any) -> dict[str, str]:
    start = part.decoded("DUE" if part.name == "VTODO" else "DTSTART")
    return {
        "kind": part.name.lower(),
        "uid": str(part["UID"]),
        "title": str(part["SUMMARY"]),
        "start": start.isoformat(),
        "end": part.decoded("DTEND").isoformat() if "DTEND" in part else "",
        "status": str(part["STATUS"]),
        "description": str(part.get("DESCRIPTION", "")),
        "url": str(part.get("URL", "")),
        "alarms": str(len(part.walk("VALARM"))),
    }


def _run(command: Sequence[str | Path], given: bytes = b"", home: Path | None = None) -> str:
    """What the program printed; fails with its own words when it did not end well."""
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)} if home else {}
    environment = {"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", **own}
    done = subprocess.run(
        [str(word) for word in command], input=given, capture_output=True, check=False, env=environment, timeout=120
    )
    assert done.returncode == 0, f"{command[0]} said: {done.stderr.decode('utf-8', 'replace')}"
    return done.stdout.decode("utf-8")
