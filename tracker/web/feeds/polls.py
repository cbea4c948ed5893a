"""The addresses that calendar programs poll, answered before anything of Flask is set up: a poll needs none of it.

path -> token -> the feed's answer (one statement when nothing changed) -> 304, or the body -> what the poll leaves
behind is written
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags
from werkzeug.wsgi import ClosingIterator

from tracker.export.text import one_line
from tracker.services.errors import NotFound
from tracker.services.file_names import office_name
from tracker.services.polling import Answer, Poll, answer_poll, openings
from tracker.web.context import Parts
from tracker.web.downloads import disposition

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

_POLLED = re.compile(r"/feeds/([^/]*?)(/download)?\.ics")
RETRY_AFTER_SECONDS = "600"
LONGEST_NAME = 400  # bytes of what a client calls itself
GET, HEAD = "GET", "HEAD"
# What proxies that compress write behind a tag, inside its quotes (Apache's mod_deflate and mod_brotli).
_PACKED = re.compile("-(gzip|br|df)$")

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request for a calendar asks for; a download is sent whole, whatever validators came with it."""

    poll: Poll
    is_download: bool
    is_head: bool


def address_of(token: str) -> str:
    """The path that opens the subscription with that token."""
    return f"/feeds/{token}.ics"


class Polls:
    """WSGI: answers the polls, and hands on everything else. The token is the only key to a calendar."""

    def __init__(self, others: WSGIApplication, engine: Engine, parts: Callable[[], Parts], headers: Mapping[str, str]):
        """``headers`` are those that every answer carries, unless it says otherwise."""
        self._others, self._opened, self._parts = others, openings(engine), parts
        self._headers = list((dict(headers) | {"Referrer-Policy": "no-referrer"}).items())

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        polled = _POLLED.fullmatch(environ.get("PATH_INFO", ""))
        if polled is None:
            return self._others(environ, start)
        asked = _asked(environ, polled)
        if environ["REQUEST_METHOD"] not in {GET, HEAD}:
            allowed = ("Allow", "GET, HEAD")
            return self._told(start, asked, HTTPStatus.METHOD_NOT_ALLOWED, "此地址只供日历读取。\n", allowed)
        return self._answered(asked, start)

    def _answered(self, asked: _Asked, start: StartResponse) -> Iterable[bytes]:
        """The answer. Whatever fails is told as 503: the client keeps what it has, and no fault reaches the
        server, which would write the address with its token into its log."""
        try:
            answer = self._answer(asked.poll)
        except NotFound as missing:
            return self._told(start, asked, HTTPStatus.NOT_FOUND, f"{missing}\n")
        except Exception:
            log.exception("a poll could not be answered")
            later = ("Retry-After", RETRY_AFTER_SECONDS)
            return self._told(start, asked, HTTPStatus.SERVICE_UNAVAILABLE, "日历暂时无法生成，请稍后再试。\n", later)
        return self._calendar(answer, asked, start)

    def _answer(self, poll: Poll) -> Answer:
        """Asks once more where the database had been started anew: nobody is to see that."""
        try:
            return self._asked_once(poll)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._asked_once(poll)

    def _asked_once(self, poll: Poll) -> Answer:
        parts = self._parts()
        return answer_poll(self._opened, poll, parts.place(), parts.bodies)

    def _calendar(self, answer: Answer, asked: _Asked, start: StartResponse) -> Iterable[bytes]:
        headers = [*self._headers, ("ETag", f'"{answer.etag}"'), ("Cache-Control", "private, max-age=900")]
        body, status = answer.body or b"", HTTPStatus.NOT_MODIFIED
        if answer.body is not None:
            status = HTTPStatus.OK
            headers += _of_body(answer.name, len(body), "attachment" if asked.is_download else "inline")
        sent = _sent(start, asked, status, headers, body)
        return ClosingIterator(sent, partial(self._parts().notes.add, answer.seen)) if answer.seen else sent

    def _told(
        self, start: StartResponse, asked: _Asked, status: HTTPStatus, words: str, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        body = words.encode()
        told = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        return _sent(start, asked, status, [*self._headers, *told, ("Cache-Control", "no-store"), *more], body)


def _asked(environ: WSGIEnvironment, polled: re.Match[str]) -> _Asked:
    token, is_download = polled[1], polled[2] is not None
    tags = ETags() if is_download else parse_etags(environ.get("HTTP_IF_NONE_MATCH"))
    poll = Poll(token, _name_of(environ.get("HTTP_USER_AGENT", "")), _held(tags), holds_any=tags.star_tag)
    return _Asked(poll, is_download, environ["REQUEST_METHOD"] == HEAD)


def _held(tags: ETags) -> frozenset[str]:
    """The tags that a client sends back. They are compared weakly, as RFC 9110 13.1.2 says: a proxy that compresses has
    made the tag weak, or has written behind it how it packed the body."""
    return frozenset(_PACKED.sub("", tag) for tag in tags.as_set(include_weak=True))


def _name_of(client: str) -> str:
    """What a client calls itself, as text that pages and databases can bear: WSGI gives bytes as Latin-1."""
    return one_line(client[:LONGEST_NAME].encode("latin-1", "replace").decode("utf-8", "replace"))


def _of_body(name: str, size: int, kind: str) -> Headers:
    return [
        ("Content-Type", "text/calendar; charset=utf-8"),
        ("Content-Length", str(size)),
        ("Content-Disposition", disposition(kind, f"{office_name(name)}.ics", "tracker.ics")),
    ]


def _sent(start: StartResponse, asked: _Asked, status: HTTPStatus, headers: Headers, body: bytes) -> list[bytes]:
    start(f"{status.value} {status.phrase}", headers)
    return [] if asked.is_head else [body]
