"""What the program's commands share: settings, clock and database, made when a command first asks for them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.settings import Settings, SettingsError, settings_from
from tracker.store import migrate, schema
from tracker.store.audit_trail import Who, acts_as
from tracker.store.engine import make_engine, write_session

assert schema.metadata.tables  # every table is known before the first query


@dataclass
class Program:
    """What commands need, made when first asked for."""

    @cached_property
    def settings(self) -> Settings:
        try:
            return settings_from(os.environ)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error

    @cached_property
    def clock(self) -> Clock:
        return Clock(self.settings.zone, fixed_day=self.settings.sample_day)

    @cached_property
    def engine(self) -> Engine:
        """The database; refuses one that is not at this version's schema."""
        engine = make_engine(self.settings.database_url)
        with engine.connect() as connection:
            found, needed = migrate.revision_of(connection), migrate.newest_revision()
        if found != needed:
            raise click.ClickException(
                f"数据库结构（{found or '空'}）不是本版本所需（{needed}），请先运行：tracker db upgrade"
            )
        return engine

    def session(self) -> Session:
        session = write_session(self.engine)
        acts_as(session, lambda: Who(None, "命令行", self.clock.now()))
        return session


pass_program = click.make_pass_decorator(Program, ensure=True)
