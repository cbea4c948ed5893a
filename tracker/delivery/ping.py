"""A sign of life to a watch outside the house (such as healthchecks): that no sign comes any more is its alarm.

Whoever has the address may give the sign, so it is a secret: no text here repeats more of it than the host.
"""

from __future__ import annotations

import logging
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
LONGEST_ANSWER = 1024


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows none: the address was given for one place."""


def ping(address: str) -> bool:
    """Fetches the address; whether it was taken. A failure is logged, and is never more than that."""
    host = urlsplit(address).hostname
    try:
        with build_opener(_NoRedirect).open(Request(address), timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - http(s)
            answer.read(LONGEST_ANSWER)
            return True
    except HTTPError as error:
        error.close()
        log.warning("the watch at %s answered %d to the sign of life", host, error.code)
    except (OSError, HTTPException, ValueError) as error:
        # The words of some errors repeat the address.
        log.warning("the watch at %s could not be reached: %s", host, type(error).__name__)
    return False
