"""``tracker user``: accounts from a shell, above all the first administrator's.

A password is never an argument, where other users of the machine and the shell's history would see it: it is
generated and printed once, or asked for at a prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.cli_program import Program, pass_program
from tracker.cli_words import RequiredOption
from tracker.domain.access import Office
from tracker.services.errors import Invalid, NotFound
from tracker.services.people import BadPassword
from tracker.services.staffing import Details, Made, add_person, close_account, reset_password
from tracker.store.people import Person, PersonStanding
from tracker.store.unit_queries import root_units, unit_named

OFFICES = click.Choice([office.value for office in Office])
OFFICE_HELP = "岗位：" + "、".join(f"{office.value} {office.label}" for office in Office) + "；默认 administrator"


@click.group("user", help="账号和岗位。")
def user_group() -> None:
    pass


@contextmanager
def _session(program: Program) -> Iterator[Session]:
    """A session in which a refusal becomes a message of the program."""
    with program.session() as session:
        try:
            yield session
        except (Invalid, NotFound, BadPassword) as error:
            raise click.ClickException(str(error)) from error


@user_group.command("add", help="新建账号，密码自动生成并只显示一次。")
@click.argument("login", metavar="账号")
@click.option("--name", cls=RequiredOption, required=True, help="姓名（必填）")
@click.option("--unit", "unit_name", help="单位的简称、全称或其他叫法；不填为最上级单位")
@click.option("--office", type=OFFICES, default=Office.ADMINISTRATOR.value, metavar="岗位", help=OFFICE_HELP)
@click.option("--email", help="邮箱")
@click.option("--phone", help="电话")
@pass_program
def add(program: Program, /, login: str, **given: str | None) -> None:
    with _session(program) as session:
        details = Details(given["name"] or "", given["email"], given["phone"])
        unit_id, office = _unit_id(session, given["unit_name"]), Office(given["office"] or "")
        _tell(add_person(session, None, program.clock.now(), login, details, unit_id=unit_id, office=office))


def _unit_id(session: Session, name: str | None) -> int:
    roots = root_units(session)
    if not roots:
        raise Invalid("系统中还没有单位，请先运行 tracker seed 载入单位。")
    if name is None:
        return roots[0].id
    unit = unit_named(session, roots[0], name)
    if unit is None:
        raise Invalid(f"没有单位“{name}”，请先在单位页面登记，或改用已登记的名称。")
    return unit.id


def _tell(made: Made) -> None:
    click.echo(f"账号：{made.person.login}（{made.person.name}）")
    click.echo(f"密码：{made.password}")
    click.echo("密码只显示这一次，请立即转交本人；首次登录时须由本人修改。")


@user_group.command("list", help="列出账号、状态和岗位。")
@pass_program
def listed(program: Program) -> None:
    with _session(program) as session:
        standings = selectinload(Person.standings).joinedload(PersonStanding.unit)
        for person in session.scalars(select(Person).order_by(Person.login).options(standings)):
            held = "、".join(f"{each.unit.name}{each.office.label}" for each in person.standings) or "无岗位"
            click.echo(f"{person.login}\t{person.name}\t{'在用' if person.active else '已停用'}\t{held}")


@user_group.command("password", help="重置密码：自动生成并只显示一次，或用 --ask 在提示处输入。")
@click.argument("login", metavar="账号")
@click.option("--ask", is_flag=True, help="在提示处输入新密码，不显示")
@pass_program
def password(program: Program, login: str, ask: bool) -> None:
    given = click.prompt("新密码", hide_input=True, confirmation_prompt="再输一次") if ask else None
    with _session(program) as session:
        made = reset_password(session, None, _person_id(session, login), given)
        if given:
            click.echo(f"已重置 {made.person.login}（{made.person.name}）的密码，此人须在下次登录时修改。")
        else:
            _tell(made)


@user_group.command("close", help="停用账号，其已登录的页面立即失效。")
@click.argument("login", metavar="账号")
@pass_program
def close(program: Program, login: str) -> None:
    with _session(program) as session:
        person = close_account(session, None, _person_id(session, login))
        click.echo(f"已停用 {person.login}（{person.name}）。")


def _person_id(session: Session, login: str) -> int:
    found = session.scalar(select(Person.id).where(Person.login == login.strip().lower()))
    if found is None:
        raise NotFound(f"没有账号“{login}”，可用 tracker user list 查看。")
    return found
