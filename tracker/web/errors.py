"""What a person sees when something goes wrong: what it is, what to do, and what had been typed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from tracker.domain.access import Forbidden
from tracker.services.errors import NotFound
from tracker.web.access import SignedOut, safe_next, signed_in_actor
from tracker.web.database import session
from tracker.web.incoming import TAKES_FILES_BESIDE_WORDS, sent_file_names, typed_texts

log = logging.getLogger(__name__)

Answer = tuple[str, int]
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Trouble:
    """One error page: a heading, what happened, and what to do now."""

    heading: str
    what: str
    advice: str


TROUBLES = {
    400: Trouble("提交的内容无法处理", "页面可能已打开太久，或提交的内容不完整。", "请返回上一页，刷新后重新提交。"),
    401: Trouble(
        "登录已过期", "您离开太久，登录已自动退出，刚才的内容没有提交。", "请先复制下面的内容，重新登录后再提交。"
    ),
    403: Trouble("没有权限", "您的岗位不能进行此操作。", "如确需办理，请联系本单位管理员或督查室。"),
    404: Trouble("页面不存在", "网址可能有误，或内容已被删除。", "请检查网址，或从上方菜单重新进入。"),
    405: Trouble("页面不能这样打开", "该网址只用于提交表单。", "请从上方菜单重新进入。"),
    413: Trouble("上传内容过大", "文件或文字超过了系统允许的大小。", "请拆分文件后分别上传。"),
    500: Trouble("系统出错了", "本次操作没有保存，错误已记录。", "请稍后重试；如仍出错，请把操作时间告知管理员。"),
    503: Trouble("系统正忙", "暂时无法处理您的请求，没有内容被改动。", "请稍等片刻，再重新提交。"),
}


def handle_errors(app: Flask) -> None:
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def trouble_page(code: int, what: str | None = None, advice: str | None = None) -> Answer:
    """The error page for a status code; whatever the person had typed is shown on it."""
    known = TROUBLES.get(code) or TROUBLES[400 if code < 500 else 500]
    trouble = Trouble(known.heading, what or known.what, advice or known.advice)
    # A body that was too long has not been read, and is not read for its texts.
    unread = code == RequestEntityTooLarge.code
    typed, files = ([], []) if unread else (typed_texts(), sent_file_names())
    back = _page_before()
    return render_template("error.html", trouble=trouble, code=code, typed=typed, files=files, back=back), code


def _page_before() -> str | None:
    """The address of the page whose form was sent; None when it was no form, or came from elsewhere."""
    came = urlsplit(request.referrer or "")
    if request.method != "POST" or came.netloc != request.host:
        return None
    return safe_next(came.path + (f"?{came.query}" if came.query else ""))


def _signed_out(_error: SignedOut) -> Answer:
    return trouble_page(401)


def _forbidden(error: Forbidden) -> Answer:
    session().rollback()
    return trouble_page(403, str(error))


def _not_found(error: NotFound) -> Answer:
    return trouble_page(404, str(error) or None)


def _csrf(_error: CSRFError) -> Answer:
    return trouble_page(400, "页面打开的时间太长，安全校验已过期，内容没有提交。", "请重新打开刚才的页面，再填写提交。")


def _too_large(_error: RequestEntityTooLarge) -> Answer:
    if signed_in_actor() is None and request.endpoint in TAKES_FILES_BESIDE_WORDS:
        what = "您离开太久，登录已自动退出，文字和文件都没有提交。"
        return trouble_page(413, what, "请按浏览器的“后退”回到刚才的页面，复制文字，重新登录后再提交并重新选择文件。")
    return trouble_page(413, f"提交的内容超过{_size(request.max_content_length or 0)}，没有保存。")


def _size(count: int) -> str:
    return f"{count // MEGABYTE} MB" if count >= MEGABYTE else f"{count // 1024} KB"


def _http(error: HTTPException) -> Answer | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return trouble_page(error.code)


def _busy(error: OperationalError) -> Answer:
    """The database is locked for long, or away: nothing was done, and the same may go well in a moment."""
    log.error("database unavailable on %s %s: %s", request.method, request.endpoint, error.orig)
    session().rollback()
    return trouble_page(503)


def _unexpected(error: Exception) -> Answer:
    log.exception("unexpected error on %s %s", request.method, request.endpoint, exc_info=error)
    session().rollback()
    return trouble_page(500)
