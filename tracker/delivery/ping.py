"""A sign of life to a watch outside the house (such as healthchecks): that no sign comes any more is its alarm.

Whoever has the address may give the sign, so it is a secret: no text here repeats more of it than the host.
"""

from __future__ import annotations

import logging
import threading
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

log = logging.getLogger(__name__)

# Of silence, and altogether.
TIMEOUT_SECONDS, LONGEST_SECONDS = 5, 8


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows none: the address was given for one place."""


def ping(address: str) -> bool:
    """Fetches the address; whether it was taken in time. A failure is logged, and is never more than that.

    The time is kept from outside: whoever sends a byte now and then would hold up the next sweep for hours.
    """
    taken = threading.Event()
    giving = threading.Thread(target=_fetch, args=(address, taken), name="sign of life", daemon=True)
    giving.start()
    giving.join(LONGEST_SECONDS)
    if giving.is_alive():
        log.warning("the watch at %s did not come to an end of its answer", urlsplit(address).hostname)
    return taken.is_set()


def _fetch(address: str, taken: threading.Event) -> None:
    host = urlsplit(address).hostname
    try:
        with build_opener(_NoRedirect).open(Request(address), timeout=TIMEOUT_SECONDS):  # noqa: S310 - http(s)
            taken.set()
    except HTTPError as error:
        error.close()
        log.warning("the watch at %s answered %d to the sign of life", host, error.code)
    except (OSError, HTTPException, ValueError) as error:
        # The words of some errors repeat the address.
        log.warning("the watch at %s could not be reached: %s", host, type(error).__name__)
