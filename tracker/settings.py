"""Frozen settings, read once from the environment. docs/SETTINGS.md explains each."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_UPLOAD_MB = 50
LEAST_READING_SECONDS, LEAST_READING_MB = 5, 256


class SettingsError(ValueError):
    """A setting is missing or wrong; the message is Chinese and says what to set."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail goes out; ``host`` None means that mail is not configured."""

    host: str | None = None
    port: int = 25
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    sender: str = "tracker@localhost"


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How long reading one file may take, in seconds, how much memory, in megabytes, and what opens old formats.

    ``libreoffice`` is a program's name or path; what a machine lacks it cannot open.
    """

    seconds: int = 120
    megabytes: int = 1024
    libreoffice: str = "soffice"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program is told from outside."""

    instance: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    production: bool
    zone: ZoneInfo
    base_url: str
    sample_day: date | None = None
    mail: MailSettings = MailSettings()
    max_upload_mb: int = DEFAULT_UPLOAD_MB
    reading: ReadingLimits = ReadingLimits()
    secure_cookies: bool = False
    trusted_proxies: int = 0
    robot_test_host: str | None = None
    ping_url: str | None = field(default=None, repr=False)

    @property
    def sample(self) -> bool:
        """Whether the sample's people and their passwords may be shown; never in production."""
        return self.sample_allowed and (self.instance / "sample.json").exists()

    @property
    def sample_allowed(self) -> bool:
        return not self.production


def settings_from(env: Mapping[str, str]) -> Settings:
    """Settings from environment variables; raises SettingsError naming the variable at fault."""
    production = _mode(env) == "production"
    instance = Path(env.get("TRACKER_INSTANCE") or PROJECT_ROOT / "instance").absolute()
    base_url = (env.get("TRACKER_BASE_URL") or "http://127.0.0.1:5000").rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise SettingsError("TRACKER_BASE_URL 应以 http:// 或 https:// 开头，请填写用户访问本系统的完整网址。")
    sample_day = _day(env, "TRACKER_TODAY")
    if production and sample_day:
        raise SettingsError("正式环境（TRACKER_ENV=production）不允许设置 TRACKER_TODAY，请删除该变量。")
    robot_test_host = env.get("TRACKER_ROBOT_TEST_HOST") or None
    if production and robot_test_host:
        raise SettingsError("正式环境（TRACKER_ENV=production）不允许设置 TRACKER_ROBOT_TEST_HOST，请删除该变量。")
    return Settings(
        instance=instance,
        database_url=_database_url(env, instance),
        secret_key=_secret_key(env, instance, production=production),
        production=production,
        zone=_zone(env.get("TRACKER_TIMEZONE") or "Asia/Shanghai"),
        base_url=base_url,
        sample_day=sample_day,
        mail=_mail(env),
        max_upload_mb=largest_upload(env),
        reading=reading_limits_from(env),
        secure_cookies=base_url.startswith("https://"),
        trusted_proxies=_whole(env, "TRACKER_TRUSTED_PROXIES", 0),
        robot_test_host=robot_test_host,
        ping_url=_ping_url(env),
    )


def largest_upload(env: Mapping[str, str]) -> int:
    """The size, in megabytes, above which a file is refused unread."""
    return _whole(env, "TRACKER_MAX_UPLOAD_MB", DEFAULT_UPLOAD_MB)


def reading_limits_from(env: Mapping[str, str]) -> ReadingLimits:
    """The limits of reading alone, for commands that need no other setting; raises SettingsError like all."""
    usual = ReadingLimits()
    return ReadingLimits(
        seconds=_at_least(env, "TRACKER_READ_SECONDS", usual.seconds, LEAST_READING_SECONDS),
        megabytes=_at_least(env, "TRACKER_READ_MB", usual.megabytes, LEAST_READING_MB),
        libreoffice=env.get("TRACKER_LIBREOFFICE") or usual.libreoffice,
    )


def _at_least(env: Mapping[str, str], name: str, default: int, least: int) -> int:
    value = _whole(env, name, default)
    if value < least:
        raise SettingsError(f"{name} 不能小于 {least}，现为“{value}”。")
    return value


def _ping_url(env: Mapping[str, str]) -> str | None:
    """The address that hears of each sweep; its text is a secret, so that a fault does not repeat it."""
    url = env.get("TRACKER_PING_URL") or None
    if url and (not url.startswith(("http://", "https://")) or any(ord(char) <= 32 or ord(char) > 126 for char in url)):
        raise SettingsError("TRACKER_PING_URL 应是以 http:// 或 https:// 开头的完整网址，且不含空格和中文，请检查。")
    return url


def _mode(env: Mapping[str, str]) -> str:
    mode = env.get("TRACKER_ENV") or "development"
    if mode not in ("development", "production"):
        raise SettingsError(f"TRACKER_ENV 只能是 development 或 production，现为“{mode}”。")
    return mode


def _database_url(env: Mapping[str, str], instance: Path) -> str:
    """The database; a bare postgresql:// address is given the driver that we ship."""
    url = env.get("TRACKER_DATABASE_URL") or f"sqlite:///{instance / 'tracker.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("TRACKER_DATABASE_URL 只支持 sqlite:/// 与 postgresql:// 开头的地址，请检查。")
    return url


def _secret_key(env: Mapping[str, str], instance: Path, *, production: bool) -> str:
    """The given key; in development one is made and kept under the instance folder."""
    key = (env.get("TRACKER_SECRET_KEY") or "").strip()
    if key and len(key) < 32:
        raise SettingsError("TRACKER_SECRET_KEY 太短，请使用不少于 32 个字符的随机字符串。")
    if key:
        return key
    if production:
        raise SettingsError(
            "正式环境（TRACKER_ENV=production）必须设置 TRACKER_SECRET_KEY，"
            "可用命令生成：python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return _kept_key(instance / "secret_key")


def _kept_key(path: Path) -> str:
    """The key in the file, made on first use; of two processes that make it at once, one wins whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), "ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text("ascii").strip()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"TRACKER_TIMEZONE“{name}”不是有效的时区名，例如 Asia/Shanghai。") from error


def _day(env: Mapping[str, str], name: str) -> date | None:
    value = env.get(name)
    if not value or value == "real":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise SettingsError(f"{name} 应写成 2023-06-15 这样的日期，现为“{value}”。") from error


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name)
    if not value:
        return default
    if not value.isdecimal():
        raise SettingsError(f"{name} 应为整数，现为“{value}”。")
    return int(value)


def _mail(env: Mapping[str, str]) -> MailSettings:
    return MailSettings(
        host=env.get("TRACKER_MAIL_HOST") or None,
        port=_whole(env, "TRACKER_MAIL_PORT", 25),
        user=env.get("TRACKER_MAIL_USER") or None,
        password=env.get("TRACKER_MAIL_PASSWORD") or None,
        starttls=env.get("TRACKER_MAIL_STARTTLS", "") in ("1", "true", "yes"),
        sender=env.get("TRACKER_MAIL_SENDER") or "tracker@localhost",
    )
