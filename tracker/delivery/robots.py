"""Robots of group chats (企业微信, 钉钉, 飞书): payloads, signatures, and answers, as their makers document them.

Sources: 企业微信《群机器人配置说明》 (markdown up to 4096 bytes, 20 messages a minute, no signature);
钉钉《自定义机器人安全设置》 (timestamp in milliseconds and sign in the address: HMAC-SHA256 of "timestamp\\nsecret"
under the secret, in base64; 20 a minute, else ten minutes of silence); 飞书《自定义机器人使用指南》 (timestamp in
seconds and sign in the body: HMAC-SHA256 of nothing under "timestamp\\nsecret", in base64; 100 a minute, 5 a
second, 20 KB).

All three answer 200 also when they refuse: the code in the body decides. An address is a secret, since whoever has it
may write to the group: no error text here repeats it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import SplitResult, parse_qs, quote_plus, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from tracker.delivery.transport import OutOfReach, Undelivered

WECOM, DINGTALK, FEISHU = "wecom", "dingtalk", "feishu"
TIMEOUT_SECONDS = 10
LONGEST_ANSWER = 64 * 1024
HTTP_TOO_MANY, HTTP_FAULT = 429, 500


@dataclass(frozen=True, slots=True)
class Maker:
    """What one maker's robots ask for: where they are, how much they take, and what their answers mean.

    ``limits``: at most so many messages within so long. ``most_bytes``: of the text, in UTF-8.
    """

    host: str
    path: str
    key: str | None
    limits: tuple[tuple[int, timedelta], ...]
    most_bytes: int
    too_fast: frozenset[int]
    silence: timedelta
    meanings: Mapping[int, str]


MINUTE = timedelta(minutes=1)
MAKERS = {
    WECOM: Maker(
        "qyapi.weixin.qq.com",
        "/cgi-bin/webhook/send",
        "key",
        ((20, MINUTE),),
        4096,
        frozenset({45009, 45033, -1}),
        MINUTE,
        {
            93000: "机器人地址无效或机器人已被移出群，请重新添加机器人并更换地址",
            40058: "消息格式不被接受",
            44004: "消息内容为空",
        },
    ),
    DINGTALK: Maker(
        "oapi.dingtalk.com",
        "/robot/send",
        "access_token",
        ((20, MINUTE),),
        16_000,
        frozenset({130101, 410100, -1}),
        timedelta(minutes=10),
        {
            310000: "安全设置未通过：请核对加签密钥、自定义关键词、IP 白名单，并校准服务器时间",
            300001: "access_token 无效，请重新复制机器人地址",
            300005: "access_token 无效，请重新复制机器人地址",
            400101: "access_token 无效，请重新复制机器人地址",
            400102: "机器人已停用，请在群设置中启用",
            400106: "机器人不存在，可能已被移出群，请重新添加",
        },
    ),
    FEISHU: Maker(
        "open.feishu.cn",
        "/open-apis/bot/v2/hook/",
        None,
        ((5, timedelta(seconds=1)), (100, MINUTE)),
        16_000,
        frozenset({11232, 99991400}),
        MINUTE,
        {
            19001: "机器人地址无效或机器人已被移出群，请重新添加机器人并更换地址",
            19021: "签名校验未通过：请核对签名密钥，并校准服务器时间",
            19022: "本系统的 IP 不在机器人的白名单内",
            19024: "消息不含机器人设定的关键词，请在机器人安全设置中加入“督办”",
            9499: "消息格式不被接受",
        },
    ),
}


class TooFast(Undelivered):
    """The robot takes no more for a while; ``wait`` is how long."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Target:
    """A robot to write to."""

    maker: str
    webhook: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


class RobotTransport(Protocol):
    """Posts a message, or raises TooFast, Undelivered or OutOfReach."""

    def post(self, target: Target, title: str, text: str, now: datetime) -> None: ...


def fault_of_webhook(maker: str, webhook: str, test_host: str | None = None) -> str | None:
    """In words what is wrong with an address; None when it is one of that maker's robots.

    Only the three makers' own hosts are ever written to, over TLS, so that no address leads into the office's own
    network; ``test_host`` (host:port, a setting) is taken as well, without TLS.
    """
    known = MAKERS[maker]
    try:
        parts = urlsplit(webhook)
        port = parts.port
    except ValueError:
        return "地址格式不对，请从群机器人的设置页完整复制。"
    if any(ord(char) <= 32 or ord(char) > 126 for char in webhook) or "\\" in webhook:
        return "地址中有空格或其他不能用的字符，请从群机器人的设置页完整复制。"
    is_theirs = parts.scheme == "https" and parts.hostname == known.host
    is_test = test_host is not None and parts.scheme == "http" and parts.netloc == test_host
    if not is_test and (not is_theirs or parts.username or port not in (None, 443)):
        return f"地址应以 https://{known.host}{known.path} 开头，请从群机器人的设置页完整复制。"
    return None if _has_key(known, parts) else "地址不完整，缺少机器人的密钥部分，请重新复制。"


# Nothing that leads elsewhere on the maker's host: no further slash, no dot.
_KEY = re.compile("[A-Za-z0-9_-]+")


def _has_key(known: Maker, parts: SplitResult) -> bool:
    if parts.fragment:
        return False
    if known.key is None:
        key = parts.path.removeprefix(known.path)
        return key != parts.path and _KEY.fullmatch(key) is not None and not parts.query
    return parts.path == known.path and any(parse_qs(parts.query).get(known.key, ()))


def signed(target: Target, now: datetime) -> tuple[str, dict[str, str]]:
    """The address to post to, and what a signature adds to the body."""
    if target.secret is None or target.maker == WECOM:
        return target.webhook, {}
    if target.maker == DINGTALK:
        stamp = str(round(now.timestamp() * 1000))
        sign = _mac(target.secret, f"{stamp}\n{target.secret}")
        return f"{target.webhook}&timestamp={stamp}&sign={quote_plus(sign)}", {}
    stamp = str(int(now.timestamp()))
    return target.webhook, {"timestamp": stamp, "sign": _mac(f"{stamp}\n{target.secret}", "")}


def _mac(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def payload(maker: str, title: str, text: str) -> dict[str, Any]:
    """The message as the maker's robots take it; ``text`` is markdown of links, bold and lists alone."""
    if maker == WECOM:
        return {"msgtype": "markdown", "markdown": {"content": f"**{title}**\n{text}"}}
    if maker == DINGTALK:
        # A single line break is none in 钉钉's markdown.
        return {"msgtype": "markdown", "markdown": {"title": title, "text": f"#### {title}\n\n" + _spaced(text)}}
    return {
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": title}},
            "elements": [{"tag": "div", "text": {"tag": "lark_md", "content": text}}],
        },
    }


def _spaced(text: str) -> str:
    return text.replace("\n", "\n\n")


def room_for_text(maker: str, title: str) -> int:
    """How many bytes of text fit beside the title."""
    room = MAKERS[maker].most_bytes - len(title.encode()) - 16
    return room * 9 // 10 if maker == DINGTALK else room


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows none: a robot that answers elsewhere is not one of the three hosts."""


@dataclass(frozen=True, slots=True)
class HttpRobots:
    """Posts over HTTPS, by the standard library. ``test_host`` is the one other place that may be written to."""

    test_host: str | None = None

    def post(self, target: Target, title: str, text: str, now: datetime) -> None:
        """Hands the message over. Raises TooFast, Undelivered or OutOfReach; none of them tells the address."""
        if (fault := fault_of_webhook(target.maker, target.webhook, self.test_host)) is not None:
            raise Undelivered(f"机器人{fault}", permanent=True)
        address, more = signed(target, now)
        body = json.dumps({**more, **payload(target.maker, title, text)}, ensure_ascii=False).encode()
        understand(target.maker, *_answer(address, body, self._opener()))

    def _opener(self) -> OpenerDirector:
        return build_opener(_NoRedirect, *([ProxyHandler({})] if self.test_host else []))


def _answer(address: str, body: bytes, opener: OpenerDirector) -> tuple[int, bytes]:
    request = Request(address, body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")  # noqa: S310
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read(LONGEST_ANSWER)
    except HTTPError as error:
        with error:
            return error.code, error.read(LONGEST_ANSWER)
    except (OSError, HTTPException, ValueError) as error:
        # The words of some errors repeat the address.
        raise OutOfReach(f"机器人服务器无法连接（{type(error).__name__}），请检查网络和代理") from None


def understand(maker: str, status: int, body: bytes) -> None:
    """Raises what an answer means; returns when the message was taken."""
    known = MAKERS[maker]
    code, said = _code_of(body)
    if status == HTTP_TOO_MANY or code in known.too_fast:
        raise TooFast(f"发送过于频繁（{code if code is not None else status}），稍后重试", known.silence)
    if code is None:
        words = f"机器人服务器答复 HTTP {status}，内容无法识别"
        raise Undelivered(words, permanent=False) if status >= HTTP_FAULT else Undelivered(words, permanent=True)
    if code != 0:
        raise Undelivered(f"{known.meanings.get(code, said or '未说明原因')}（错误码{code}）", permanent=True)


def _code_of(body: bytes) -> tuple[int | None, str]:
    """The code and the words of an answer; no code when it is none of theirs."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None, ""
    if not isinstance(answer, dict):
        return None, ""
    code = next((answer[name] for name in ("errcode", "code", "StatusCode") if name in answer), None)
    said = next((answer[name] for name in ("errmsg", "msg", "StatusMessage") if name in answer), "")
    return (code if isinstance(code, int) else None), str(said)[:100]
