"""What comes in with a request: how much of it is read, and its texts without what no database keeps."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Request, current_app, request
from flask import session as browser_session
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import BaseConverter, ValidationError

from tracker.services.file_names import clean_name
from tracker.services.report_links import claim_of
from tracker.web.context import issuer

# The body of a page's form; the longest, an edited draft, stays far below. A plan may be longer.
LARGEST_FORM = 512 * 1024
# Before anybody has signed in there is nothing to send but a name and a password.
LARGEST_BEFORE_SIGN_IN = 64 * 1024
TAKES_FILES = frozenset({"intake.new", "round_trip.upload", "round_trip.confirm", "round_trip.returned"})
# Files beside words: more is read than is taken, so that whoever brought too much keeps the words.
TAKES_FILES_BESIDE_WORDS = frozenset({"work.act"})
READ_BEYOND = 4
# The same of somebody without an account, once the link's signature is known to be good.
TAKES_FILES_BY_LINK = "links.report"

# Column ids are 32 bits on PostgreSQL; SQLite's driver fails beyond 64.
HIGHEST_ID = 2**31 - 1
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class Texts(ImmutableMultiDict[str, Any]):
    """Names and values of a form or an address, without control characters.

    PostgreSQL refuses NUL in a text; none of the others can be seen, or typed on purpose.
    """

    def __init__(self, mapping: Any = None) -> None:
        pairs = mapping.items(multi=True) if isinstance(mapping, ImmutableMultiDict) else mapping or ()
        super().__init__([(_printable(name), _printable(value)) for name, value in pairs])


def _printable(value: Any) -> Any:
    return _CONTROL.sub("", value) if isinstance(value, str) else value


class IncomingRequest(Request):
    """A request whose texts can be stored."""

    parameter_storage_class = Texts


class RowId(BaseConverter):
    """The id of a row in an address; a number that no row can have is no page."""

    regex = r"[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        if int(value) > HIGHEST_ID:
            raise ValidationError
        return int(value)


def row_id(value: str) -> int:
    """The id of a row in a form's field; raises ValueError for what no row can have."""
    if not re.fullmatch(RowId.regex, value) or int(value) > HIGHEST_ID:
        raise ValueError("not an id")
    return int(value)


# Fields that no person writes into, and those that hold what nobody should see again.
BY_MACHINE = re.compile(
    "webhook|secret|filled|item|next|phrase|scope|choice|recurrence|inherited|seen.*|.*csrf.*|.*password.*"
)
KEPT_SECRET = frozenset({"auth"})


def typed_texts() -> list[str]:
    """The longer texts of the form that was posted, so that nothing typed is lost; none of a form for passwords."""
    if request.method != "POST" or request.blueprint in KEPT_SECRET:
        return []
    return [
        text
        for name, text in request.form.items(multi=True)
        if len(text) > 3 and not text.isdecimal() and not BY_MACHINE.fullmatch(name.rsplit("-", 1)[-1])
    ]


def sent_file_names() -> list[str]:
    """The names of the files that came with the form: a browser cannot choose them again by itself."""
    if request.method != "POST" or request.mimetype != "multipart/form-data":
        return []
    return [clean_name(file.filename) for _, file in request.files.items(multi=True) if file.filename]


def guard_bodies(app: Flask) -> None:
    """Puts the rules in force. Comes before everything that reads a form, and before the first route."""
    app.request_class = IncomingRequest
    app.url_map.converters["int"] = RowId
    app.before_request(_limit)


def _limit() -> None:
    """A file may be as long as the settings allow; everything else is a form."""
    is_signed_in = "_user_id" in browser_session
    if is_signed_in and request.mimetype == "multipart/form-data":
        if request.endpoint in TAKES_FILES:
            return
        if request.endpoint in TAKES_FILES_BESIDE_WORDS:
            request.max_content_length = READ_BEYOND * current_app.config["MAX_CONTENT_LENGTH"]
            return
    if request.endpoint == TAKES_FILES_BY_LINK and _has_signed_link():
        request.max_content_length = READ_BEYOND * current_app.config["MAX_CONTENT_LENGTH"]
        return
    request.max_content_length = LARGEST_FORM if is_signed_in else LARGEST_BEFORE_SIGN_IN


def _has_signed_link() -> bool:
    """Whether the address holds a token that was signed here; no database is asked."""
    return claim_of(issuer(), str((request.view_args or {}).get("token", ""))) is not None
