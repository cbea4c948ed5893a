"""What the commands that take a file share: its bytes, never more than are allowed, and how far its reading is."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType

import click

from tracker.cli_words import why_unreadable
from tracker.reading.unreadable import UnreadableFile

MEGABYTE = 1024 * 1024


def file_bytes(file: Path, most_mb: int) -> bytes:
    """The file's bytes; UnreadableFile for one that cannot be opened, or is larger than allowed and so not read on."""
    try:
        with file.open("rb") as stream:
            data = stream.read(most_mb * MEGABYTE + 1)
            if len(data) > most_mb * MEGABYTE:
                size = max(file.stat().st_size, len(data)) / MEGABYTE
                raise UnreadableFile(f"《{file.name}》有 {size:.0f} MB，超过 {most_mb} MB 的上限。请拆分后分别导入。")
            return data
    except OSError as failure:
        raise UnreadableFile(f"《{file.name}》打不开：{why_unreadable(failure)}。请检查路径和读取权限。") from failure


class ShownProgress:
    """Says on a terminal how far a reading is, on one line that is gone at the end; anywhere else it says nothing."""

    def __init__(self) -> None:
        self._is_seen = sys.stderr.isatty()
        self._has_written = False

    def told(self, done: int, total: int) -> None:
        if self._is_seen and total > 1:
            self._has_written = True
            click.echo(f"\r正在读取：{done} / {total}", nl=False, err=True)

    def __enter__(self) -> ShownProgress:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._has_written:
            click.echo("\r\x1b[K", nl=False, err=True)
