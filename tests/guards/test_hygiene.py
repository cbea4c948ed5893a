"""What is committed works on any machine: it names no place of one machine and no registry of packages."""

from __future__ import annotations

import re

import pytest

from tests.guards.source import kept_texts

# Patterns, so that this file does not name what it forbids.
FORBIDDEN = {
    "a package registry": r"(?i)\b(?:py(?:pi)\.(?:org|python)|python(?:hosted)\.org|npm(?:js|mirror)\.(?:com|org))\b",
    "a package index": r"(?i):/{2}\S+/simple\b|--(?:extra-)?(?:index|registry)(?:-url)?[ =]+[\"']?(?:https?|file):",
    "a setting with an index": r"(?i)\b(?:extra[-_])?index[-_]url\s*[=:]\s*[\"']?(?:https?|file):",
    "a place of one machine": r"(?<![\w.$}~-])/(?:root|work|home/\w+|Users/\w+|opt/\w+)/[\w.]|\b[A-Z]:\\\\?Users\\",
}


def findings(text: str) -> list[str]:
    """What a text names that no committed file may name, with the line it stands in."""
    return [
        f"line {number}: {what}: {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        for found in re.finditer(pattern, line)
    ]


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    found = {name: bad for name, text in kept_texts().items() if (bad := findings(text))}
    assert found == {}


def test_there_are_files_to_look_at() -> None:
    assert {"pyproject.toml", "Makefile", "requirements.txt", "tracker/clock.py"} <= set(kept_texts())


def test_every_locked_package_has_hashes() -> None:
    peers = [name for name in kept_texts() if re.fullmatch(r"benchmarks/peers/locked/\w+\.txt", name)]
    assert peers
    for name, fewest in {"requirements.txt": 20, "requirements-dev.txt": 20, **dict.fromkeys(peers, 2)}.items():
        packages = re.split(r"\n(?=[a-z0-9])", "\n" + kept_texts()[name])[1:]
        assert len(packages) > fewest
        assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "py" + "pi.org/project/flask",
        "https://files.python" + "hosted.org/packages/x.whl",
        "--index-url " + "https://mirror.example.cn/x",
        "index-url = " + "https://mirror.example.cn/x",
        "https://mirror.example.cn/py" + "pi/simple",
        "registry." + "npm" + "js.org",
        "open('/ro" + "ot/notes.txt')",
        "cd /wo" + "rk/main",
        "/ho" + "me/li/tracker",
    ],
)
def test_the_guard_sees(line: str) -> None:
    assert findings(line)


@pytest.mark.parametrize(
    "line",
    ["/usr/bin/chromium", "instance/tracker.sqlite3", "a/work/b", "https://example.cn/feeds/x.ics", "/plans/1/work/2"],
)
def test_the_guard_lets_through(line: str) -> None:
    assert not findings(line)
