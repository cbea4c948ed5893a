"""A stand-in for the servers of 企业微信, 钉钉 and 飞书: checks signatures as they do, and answers as they answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUR = 3600


@dataclass
class Servers:
    """What arrived, and how the next messages are answered. ``now`` is their clock, in seconds."""

    now: float
    secrets: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def webhook(self, maker: str) -> str:
        paths = {
            "wecom": "/cgi-bin/webhook/send?key=k-1",
            "dingtalk": "/robot/send?access_token=t-1",
            "feishu": "/open-apis/bot/v2/hook/h-1",
        }
        return f"http://{self.host}{paths[maker]}"

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self.answers:
            return self.answers.pop(0)
        asked, message = urlsplit(path), json.loads(body)
        if asked.path == "/cgi-bin/webhook/send":
            return self._wecom(message)
        if asked.path == "/robot/send":
            return self._dingtalk({name: values[0] for name, values in parse_qs(asked.query).items()}, message)
        return self._feishu(message)

    def _wecom(self, message: dict[str, Any]) -> tuple[int, bytes]:
        content = message["markdown"]["content"] if message.get("msgtype") == "markdown" else ""
        if not content or len(content.encode()) > 4096:
            return 200, _json(errcode=40058, errmsg="markdown.content exceed max length 4096")
        return self._take("wecom", message, errcode=0, errmsg="ok")

    def _dingtalk(self, asked: dict[str, str], message: dict[str, Any]) -> tuple[int, bytes]:
        secret = self.secrets.get("dingtalk")
        if secret:
            stamp = asked.get("timestamp", "0")
            right = _mac(secret.encode(), f"{stamp}\n{secret}".encode())
            if abs(int(stamp) / 1000 - self.now) > HOUR:
                return 200, _json(errcode=310000, errmsg="invalid timestamp")
            if asked.get("sign") != right:
                return 200, _json(errcode=310000, errmsg="sign not match")
        assert message["msgtype"] == "markdown"
        assert message["markdown"]["title"]
        assert message["markdown"]["text"]
        return self._take("dingtalk", message, errcode=0, errmsg="ok")

    def _feishu(self, message: dict[str, Any]) -> tuple[int, bytes]:
        secret = self.secrets.get("feishu")
        if secret:
            stamp = str(message.get("timestamp", "0"))
            if abs(int(stamp) - self.now) > HOUR or message.get("sign") != _mac(f"{stamp}\n{secret}".encode(), b""):
                said = "sign match fail or timestamp is not within one hour from current time"
                return 200, _json(code=19021, data={}, msg=said)
        if message.get("msg_type") != "interactive" or not message["card"]["elements"]:
            return 200, _json(code=9499, msg="Bad Request", data={})
        return self._take("feishu", message, code=0, msg="success", data={}, StatusCode=0)

    def _take(self, maker: str, message: dict[str, Any], **answer: Any) -> tuple[int, bytes]:
        self.taken.append((maker, message))
        return 200, _json(**answer)


def _json(**values: Any) -> bytes:
    return json.dumps(values).encode()


def _mac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


@contextmanager
def serving(now: float) -> Iterator[Servers]:
    """The stand-in, answering on a free port of this machine."""
    servers = Servers(now)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = servers.answer(self.path, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://{servers.host}/elsewhere")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    servers.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield servers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
