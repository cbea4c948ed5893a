"""Files that go out: each with the Chinese name an office would give it, and a plain one for programs that cannot."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_to_save(body: bytes, name: str, plain: str) -> Response:
    """A .docx or .xlsx under that name, whose ending tells its kind; ``plain`` is a name in ASCII without an ending.

    No browser keeps a copy of its own.
    """
    ending = name.rpartition(".")[2]
    headers = {"Content-Disposition": disposition("attachment", name, f"{plain}.{ending}"), "Cache-Control": "no-store"}
    return Response(body, mimetype=_TYPES[ending], headers=headers)


def disposition(kind: str, name: str, plain: str) -> str:
    """The header that names a file (RFC 6266): in ASCII, and in UTF-8 for the programs that can."""
    return f"{kind}; filename={plain}; filename*=UTF-8''{quote(name, safe='')}"
