"""Text from people, made safe for files: no control characters, no broken characters, no runaway bidi marks."""

from __future__ import annotations

import re

# All that str.splitlines() takes for a line's end: parsers built on it would see a new property there.
_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
# U+FEFF is a byte order mark that came in with a paste; as a character it is deprecated, and readers drop it.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
# Lone surrogates cannot be encoded; U+FFFE and U+FFFF are refused by XML, and so by spreadsheets.
_BROKEN = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile("[ \t\n]+")
_MANY_BLANKS = re.compile(r"([^\S\n])[^\S\n]{2,}")

_EMBEDDINGS = "\u202a\u202b\u202d\u202e"  # LRE RLE LRO RLO, closed by PDF
_ISOLATES = "\u2066\u2067\u2068"  # LRI RLI FSI, closed by PDI
_PDF, _PDI = "\u202c", "\u2069"
_BIDI = re.compile(f"[{_EMBEDDINGS}{_ISOLATES}{_PDF}{_PDI}]")


def plain_text(value: str) -> str:
    """The same text as any reader can bear it: every kind of line break is ``\\n``, tabs are spaces,
    control characters are gone, what is no character is U+FFFD, and bidi marks end with their line."""
    if _is_plain(value):
        return value
    broken = _BROKEN.sub("\ufffd", _BREAKS.sub("\n", value)).replace("\t", " ")
    return "\n".join(map(_close_bidi, _CONTROLS.sub("", broken).split("\n")))


def one_line(value: str) -> str:
    """The text in a single line: breaks and runs of blanks become one space."""
    if value.isprintable() and "  " not in value:  # its only blanks are single spaces
        return value.strip(" ")
    return few_blanks(_close_bidi(_SPACES.sub(" ", plain_text(value)).strip()))


def few_blanks(text: str) -> str:
    """The text with every run of three or more blanks of any kind cut to its first: a run that fills a folded line
    is lost by readers that drop blank lines. Two are kept, for the indent of a Chinese paragraph."""
    return text if "   " not in text and _is_plain(text) else _MANY_BLANKS.sub(r"\1", text)


def _is_plain(text: str) -> bool:
    """Whether nothing but printable characters stands between its line breaks: of blanks, the space is the only one."""
    return text.replace("\n", "").isprintable()


def _close_bidi(line: str) -> str:
    """The line with a closing mark for every embedding or isolate left open, and no closing mark without its opening,
    so that marks in one title never turn round what stands after it (Unicode UAX #9, X1-X8)."""
    if not _BIDI.search(line):
        return line
    open_marks: list[str] = []
    kept = "".join(_keep(char, open_marks) for char in line)
    return kept + _closers(open_marks)


def _keep(char: str, open_marks: list[str]) -> str:
    if char in _EMBEDDINGS or char in _ISOLATES:
        open_marks.append(char)
    elif char == _PDF:
        return _close_embedding(open_marks)
    elif char == _PDI:
        return _close_isolate(open_marks)
    return char


def _close_embedding(open_marks: list[str]) -> str:
    if not open_marks or open_marks[-1] not in _EMBEDDINGS:
        return ""
    open_marks.pop()
    return _PDF


def _close_isolate(open_marks: list[str]) -> str:
    """Closes the embeddings inside the last isolate, then the isolate; nothing when none is open."""
    isolate = max((place for place, mark in enumerate(open_marks) if mark in _ISOLATES), default=None)
    if isolate is None:
        return ""
    closers = _closers(open_marks[isolate:])
    del open_marks[isolate:]
    return closers


def _closers(open_marks: list[str]) -> str:
    return "".join(_PDI if mark in _ISOLATES else _PDF for mark in reversed(open_marks))
