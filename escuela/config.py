"""Typed settings, read once from the environment. Nonsense stops the start with a sentence that says what to set."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


class SettingError(SystemExit):
    """A setting that cannot be used. Nobody catches it: the start stops and its text says what to set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the School; `README.md` explains each in one table, and a test keeps the two in step."""

    environment: str
    secret_key: str
    database_url: str
    public_url: str
    instance: Path
    uploads: Path
    upload_mb: int
    edition_mb: int
    mail_url: str
    mail_from: str
    jobs: str
    limits_url: str
    proxies: int
    log_level: str

    @property
    def upload_bytes(self) -> int:
        """`upload_mb` as computers show it: what somebody reads as 20 MB beside their file is taken."""
        return self.upload_mb * 1_048_576

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @classmethod
    def variables(cls) -> list[str]:
        """Names of the environment variables, one for each setting."""
        return [field.name.upper() for field in fields(cls)]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Read the settings; `given` wins over the environment (tests). Raises SettingError."""
        read = _Reader(os.environ if environ is None else environ, given)
        environment = read("ENVIRONMENT", "development", _one_of("development", "production", "test"))
        instance = read("INSTANCE", str(ROOT / "instance"), lambda raw: Path(raw).resolve())
        production = environment == "production"
        return cls(
            environment=environment,
            secret_key=read("SECRET_KEY", None if production else _kept_secret(instance), _long_enough),
            database_url=read(
                "DATABASE_URL", None if production else f"sqlite:///{instance / 'escuela.sqlite'}", _database
            ),
            public_url=read("PUBLIC_URL", None if production else "http://127.0.0.1:5000", _web_address),
            instance=instance,
            uploads=read("UPLOADS", str(instance / "uploads"), lambda raw: Path(raw).resolve()),
            upload_mb=read("UPLOAD_MB", "20", _whole(1, 500)),
            edition_mb=read("EDITION_MB", "200", _whole(1, 2000)),
            mail_url=read("MAIL_URL", None if production else "outbox:", _mail),
            mail_from=read("MAIL_FROM", "Escuela de Resiliencia <escuela@localhost>", _not_empty),
            jobs=read("JOBS", "outside" if production else "inside", _one_of("inside", "outside")),
            limits_url=read("LIMITS_URL", "memory://", _not_empty),
            proxies=read("PROXIES", "0", _whole(0, 5)),
            log_level=read("LOG_LEVEL", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR")),
        )


class _Reader:
    def __init__(self, environ: Mapping[str, str], given: Mapping[str, Any]) -> None:
        self.environ, self.given = environ, given

    def __call__(self, name: str, default: str | None, parse: Callable[[str], T]) -> T:
        raw = self.given.get(name.lower(), self.environ.get(name) or default)
        if raw is None:
            msg = f"{name} is not set. In production it must be: see the table of settings in README.md."
            raise SettingError(msg)
        try:
            return parse(str(raw))
        except ValueError as error:
            msg = f"{name} cannot be {str(raw)!r}: {error}."
            raise SettingError(msg) from None


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            msg = f"it is one of {', '.join(allowed)}"
            raise ValueError(msg)
        return raw

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not raw.isdecimal() or not least <= int(raw) <= most:
            msg = f"it is a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(raw)

    return parse


def _not_empty(raw: str) -> str:
    if not raw.strip():
        msg = "it may not be empty"
        raise ValueError(msg)
    return raw


def _long_enough(raw: str) -> str:
    if len(raw) < 32:
        msg = "it needs at least 32 characters; make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
        raise ValueError(msg)
    return raw


def _database(raw: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if raw.startswith(short):
            return "postgresql+psycopg://" + raw.removeprefix(short)
    if not raw.startswith(("sqlite:///", "postgresql+psycopg://")):
        msg = "it starts with sqlite:/// or postgresql://"
        raise ValueError(msg)
    return raw


def _web_address(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        msg = "it is the address people open, such as https://escuela.example.org"
        raise ValueError(msg)
    return raw.rstrip("/")


def _mail(raw: str) -> str:
    if urlsplit(raw).scheme not in {"outbox", "smtp", "smtps"}:
        msg = "it is outbox: (files in the instance folder), smtp://user:password@host:587 or smtps://user:password@host:465"
        raise ValueError(msg)
    return raw


def _kept_secret(instance: Path) -> str:
    """A secret made on the first start and kept beside the database, so that sessions survive a restart."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii")
