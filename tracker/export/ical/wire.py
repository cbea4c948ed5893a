"""Where the icalendar library needs a hand to put exactly the right bytes on the wire.

Met in icalendar 7.3: its TEXT turns a typed ``\\N`` into a line break; unknown and X- properties, NAME among them,
are written without any escaping; REFRESH-INTERVAL comes without VALUE=DURATION; a URI may hold what no URI may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from uuid import UUID

from icalendar import Component, Parameters
from icalendar.parser import Contentline
from icalendar.prop import vText

from tracker.export.text import few_blanks, one_line, plain_text

_URI_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"  # reserved and unreserved of RFC 3986; all else is percent-encoded
_FULL_WIDTH = str.maketrans({",": "，", ";": "；", "\\": "\uff3c"})
_PIECE_OCTETS = 74  # every line but the first begins with a blank
_SHORT_OCTETS, _LINES_IN_MEMORY = 60, 4000
_LAST_SEQUENCE = 2**31 - 1  # RFC 5545 3.3.8


class Text(vText):
    """A TEXT value escaped as RFC 5545 3.3.11 says, whatever was typed."""

    __slots__ = ()

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode("utf-8")


@dataclass(frozen=True, slots=True)
class Written:
    """A value of the library's that was put into bytes before, for all the components that hold it."""

    raw: bytes
    params: Parameters = field(default_factory=Parameters)

    @classmethod
    def of(cls, value: Any) -> Written:
        """The value, put into bytes once."""
        return cls(value.to_ical(), value.params)

    def to_ical(self) -> bytes:
        return self.raw


def put_line(component: Component, name: str, value: str) -> None:
    """Sets a TEXT property to the value as one safe line."""
    component[name] = Text(one_line(value))


def put_x_line(component: Component, name: str, value: str) -> None:
    """Sets an X- property to the value as one safe line that needs no escaping.

    Apple's calendar undoes escapes in X- properties, Thunderbird's parser shows them: so the three characters that
    would be escaped are written full-width, which both show alike.
    """
    component[name] = Text(one_line(value).translate(_FULL_WIDTH))


def put_text(component: Component, name: str, value: str) -> None:
    """Sets a TEXT property to the value as safe text that may have several lines."""
    component[name] = Text(few_blanks(plain_text(value)))


def put_duration(component: Component, name: str, value: timedelta) -> None:
    """Sets a property of RFC 7986 that must name its type, which the library leaves out."""
    component.add(name, value, parameters={"VALUE": "DURATION"})


def wire_bytes(component: Component) -> bytes:
    """The very bytes of the component's ``to_ical()``.

    The library folds character by character, at a third of what an entry costs: here whole pieces are cut. Short lines
    are mostly those of other entries, and are remembered.
    """
    return b"".join(map(_line, *zip(*component.property_items(), strict=True)))


def _line(name: str, value: Any) -> bytes:
    if isinstance(value, bytes):  # what a component begins and ends with
        return _remembered(name, value, ())
    raw, parameters = value.to_ical(), tuple(value.params.items())
    written = _remembered if len(raw) <= _SHORT_OCTETS else _written
    return written(name, raw, parameters)


def _written(name: str, raw: bytes, parameters: tuple[tuple[str, Any], ...]) -> bytes:
    return _folded(Contentline.from_parts(name, Parameters(parameters), Written(raw)))


_remembered = lru_cache(maxsize=_LINES_IN_MEMORY)(_written)


def _folded(line: str) -> bytes:
    """The content line with its break, in pieces of at most 75 octets (RFC 5545 3.1), where the library cuts it."""
    raw = line.encode("utf-8")
    pieces, start = [], 0
    while start + _PIECE_OCTETS < len(raw):
        cut = _cut(raw, start)
        pieces.append(raw[start:cut])
        start = cut
    return b"\r\n ".join([*pieces, raw[start:]]) + b"\r\n"


def _cut(raw: bytes, start: int) -> int:
    """Where the piece that begins at ``start`` ends: never inside a character, nor behind what begins an escape."""
    end = start + _PIECE_OCTETS
    while raw[end] & 0xC0 == 0x80:
        end -= 1
    return end - 1 if raw[end - 1] in b"\\^" else end


def whole_seconds(instant: datetime) -> datetime:
    """The instant in UTC without fractions, as DTSTAMP can hold it; refuses one without a zone."""
    if instant.tzinfo is None:
        raise ValueError("变更时间没有时区，无法写入日历。")
    return instant.astimezone(UTC).replace(microsecond=0)


def checked_uid(uid: str) -> str:
    """The UUID in its usual spelling; refuses anything else, so that no row number becomes a UID."""
    try:
        return str(UUID(uid))
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"日历编号“{uid}”不是 UUID。") from error


def checked_sequence(sequence: int) -> int:
    """The sequence, when the format can hold it."""
    if not 0 <= sequence <= _LAST_SEQUENCE:
        raise ValueError(f"变更序号 {sequence} 超出范围。")
    return sequence


@lru_cache(maxsize=_LINES_IN_MEMORY)
def absolute_link(base_url: str, url: str) -> str:
    """The URL below the base URL, percent-encoded where a URI needs it; refuses what is not http or https."""
    link = quote(urljoin(base_url, one_line(url)), safe=_URI_CHARACTERS, errors="replace")
    if urlsplit(link).scheme not in ("http", "https"):
        raise ValueError(f"链接“{link}”不是网页地址。")
    return link
