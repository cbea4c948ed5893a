"""What each hostile or odd file does to the reader: told in one sentence, in bounded time and memory, nothing left."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.unit.services.hostile import FILES, Hostile
from tracker.domain.drafts import SourceReading
from tracker.reading import UnreadableFile
from tracker.services.reading_process import Asked, Child, read_in, start
from tracker.settings import ReadingLimits

LIMITS = ReadingLimits(seconds=120, megabytes=1024)


def outcome(hostile: Hostile) -> tuple[SourceReading | str, float, Child]:
    """What was read, or what the person is told; the seconds that it took once the child stood ready."""
    data, child = hostile.make(), start()
    began = time.monotonic()
    try:
        read: SourceReading | str = read_in(child, Asked(data, hostile.name, LIMITS), lambda *_: None, lambda: True)
    except UnreadableFile as refusal:
        read = str(refusal)
    return read, time.monotonic() - began, child


@pytest.mark.parametrize("what", FILES)
def test_a_hostile_file(what: str) -> None:
    hostile = FILES[what]
    read, seconds, child = outcome(hostile)
    if hostile.says is None:
        assert isinstance(read, SourceReading), read
        assert read.text.strip()
    else:
        assert isinstance(read, str)
        assert hostile.says in read
        assert hostile.name in read
        assert "请" in read
        assert "\n" not in read
    # Starting, on a machine that does other things too, is most of the time.
    assert seconds < hostile.seconds + 25
    assert child.peak_mb < hostile.megabytes
    assert child.process.returncode == 0, "a parser broke down, although the person was told"
    assert not Path("/tmp/climbed").exists()
