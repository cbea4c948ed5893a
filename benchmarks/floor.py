"""The least that a web application of the same kind could answer: served like the product, in the same run."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)
BODIES = {path.stem: path.read_bytes() for path in Path(os.environ.get("FLOOR_BODIES", "/nonexistent")).glob("*.ics")}


@app.get("/trivial")
def trivial() -> Response:
    """An empty answer."""
    return Response(status=304)


@app.get("/constant/<name>")
def constant(name: str) -> Response:
    """A body that is always the same."""
    return Response(BODIES[name], content_type="text/calendar; charset=utf-8")
