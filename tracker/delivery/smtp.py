"""Mail by SMTP, from the standard library."""

from __future__ import annotations

import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tracker.delivery.transport import Message, OutOfReach, Undelivered
from tracker.settings import MailSettings

TIMEOUT_SECONDS = 20
PORT_OF_IMPLICIT_TLS = 465
PERMANENT = 500  # SMTP's answers from 500 on are final (RFC 5321, 4.2.1)


class SmtpTransport:
    """Sends by the office's mail server; a connection for each message."""

    def __init__(self, settings: MailSettings) -> None:
        if settings.host is None:
            raise ValueError("mail is not configured")
        self._host, self._settings = settings.host, settings

    def send(self, message: Message) -> None:
        """Hands the message to the server. Raises Undelivered or OutOfReach, each with a reason to show."""
        ready = self._built(message)
        try:
            with self._connected() as server:
                server.send_message(ready)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise Undelivered(_reason(code, words), permanent=code >= PERMANENT) from error
        except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
            code, words = getattr(error, "smtp_code", PERMANENT), getattr(error, "smtp_error", b"")
            raise Undelivered(_reason(code, words), permanent=code >= PERMANENT) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutOfReach(f"邮件服务器 {self._host}:{self._settings.port} 无法使用：{error}") from error

    def _connected(self) -> smtplib.SMTP:
        """A connection, encrypted and signed in where the settings say so."""
        port, context = self._settings.port, ssl.create_default_context()
        if port == PORT_OF_IMPLICIT_TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, port, timeout=TIMEOUT_SECONDS)
        try:
            if self._settings.starttls:
                server.starttls(context=context)
            if self._settings.user:
                server.login(self._settings.user, self._settings.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _built(self, message: Message) -> EmailMessage:
        """The message as mail; raises Undelivered when the address is none."""
        mail = EmailMessage(policy=SMTP)
        try:
            mail["To"] = Address(" ".join(message.to_name.split()), addr_spec=message.to_address)
            mail["From"] = self._settings.sender
            mail["Subject"] = message.subject
        except (ValueError, IndexError, MessageError) as error:
            raise Undelivered(f"邮箱地址“{message.to_address}”无效", permanent=True) from error
        mail["Date"] = format_datetime(message.sent_at)
        mail["Message-ID"] = f"<{message.key}@{self._settings.sender.rpartition('@')[2] or 'localhost'}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
        mail.set_content(message.body, cte="base64")
        return mail


def _reason(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"邮件服务器答复 {code} {said}".strip()
