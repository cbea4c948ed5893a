"""B(n): the least that making a feed of n tasks could cost, and the gate that the feed has to pass first."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from icalendar import Calendar


class Asked(Protocol):
    """A connection of a driver: SQLite's or PostgreSQL's."""

    def execute(self, statement: str, values: Any = ..., /) -> Any:
        """The rows."""


def folded(line: str) -> bytes:
    """A content line of at most 75 octets a piece, by hand."""
    raw = line.encode()
    if len(raw) <= 75:
        return raw + b"\r\n"
    pieces, start, room = [], 0, 75
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, 74
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


BY_HAND = (
    "SELECT a.id, a.uid, a.due_on, a.changed_at, a.sequence, t.title, t.quote, u.name, p.title, p.number "
    "FROM assignment a JOIN task t ON t.id = a.task_id JOIN unit u ON u.id = a.unit_id "
    "JOIN plan p ON p.id = t.plan_id WHERE a.unit_id = {} ORDER BY a.due_on"
)


def by_hand(connection: Asked, unit: int) -> bytes:
    """B(n): the feed of the unit, from one statement, with lines written by hand."""
    lines = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//floor\r\n"]
    for number, uid, due, changed, sequence, title, quote, name, plan, doc in connection.execute(
        BY_HAND.format(int(unit))
    ):
        day = (due.isoformat() if isinstance(due, date) else due).replace("-", "")
        stamp = str(changed)[:19].replace("-", "").replace(":", "").replace(" ", "T")
        link = f"http://localhost/assignments/{number}"
        words = escaped(f"单位：{name}\n文件：《{plan}》（{doc}）\n原文：{quote}\n时限：{due}\n查看详情：{link}")
        lines += (
            b"BEGIN:VEVENT\r\n",
            folded(f"SUMMARY:{escaped(title)} · {escaped(name)}"),
            f"DTSTART;VALUE=DATE:{day}\r\nDTEND;VALUE=DATE:{day}\r\nDTSTAMP:{stamp}Z\r\n".encode(),
            f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nLAST-MODIFIED:{stamp}Z\r\nSTATUS:CONFIRMED\r\n".encode(),
            folded(f"DESCRIPTION:{words}"),
            folded(f"URL:{link}"),
            b"END:VEVENT\r\n",
        )
    lines.append(b"END:VCALENDAR\r\n")
    return b"".join(lines)


def gate(body: bytes, size: int) -> None:
    """Ends the run when the feed breaks the format or lacks an item."""
    physical = body.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, physical)) <= 75, "a line is longer than 75 octets"
    for line in physical:
        line.decode("utf-8")
    events = body.count(b"BEGIN:VEVENT")
    assert events == size + 1, f"{events} entries for {size} tasks and the total"
    assert body.count(b"\r\nUID:") == body.count(b"\r\nDTSTAMP:") == events
    if size <= 1000:
        assert Calendar.from_ical(body).to_ical() == body, "the library does not write back what it reads"
