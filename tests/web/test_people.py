"""The pages about people, as administrators and others meet them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City, a_person
from tests.web.browsing import Page, Visitor
from tracker.domain.access import Office
from tracker.store.people import Person, PersonStanding

PASSWORD = re.compile(r"\b[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}\b")


def new_person(city: City, **changes: str) -> dict[str, str]:
    return {"name": "王芳", "login": "wangfang", "unit": str(city.finance.id), "office": "liaison", **changes}


def password_on(page: Page) -> str:
    found = PASSWORD.findall(page.text)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("login", ["liaison", "leader", "supervisor", "nobody"])
def test_only_administrators_open_the_pages(page: Visitor, city: City, login: str) -> None:
    page.sign_in(login)
    token = page.token()
    person = city.neighbour.id
    for path in ("/people", "/people/new", f"/people/{person}"):
        assert "没有权限" in page(path, 403).text
    for path in (
        f"/people/{person}",
        f"/people/{person}/close",
        f"/people/{person}/password",
        f"/people/{person}/roles",
    ):
        page.send(path, {"csrf_token": token}, status=403)


def test_a_new_person_is_told_the_password_once_and_uses_it(
    page: Visitor, visitor: type[Visitor], app: Flask, city: City
) -> None:
    page.sign_in("administrator")
    made = page.post("/people/new", new_person(city, phone="0316-2000001"))
    password = password_on(made)
    assert made.heading == "已添加人员"
    listed = page("/people?q=财政")
    assert "王芳" in listed.text
    assert password not in listed.html
    assert visitor(app).sign_in("wangfang", password)("/units").heading == "修改密码"


def test_the_same_form_sent_twice_makes_one_person(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    page.post("/people/new", new_person(city))
    again = page.post("/people/new", new_person(city), status=422)
    assert "“wangfang”已有人使用" in again.text
    assert again.main.one("input", name="name").get("value") == "王芳"
    assert len(session.scalars(select(Person).where(Person.login == "wangfang")).all()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"login": "王芳"}, "账号须以小写字母"),
        ({"unit": ""}, "请选择单位"),
        ({"email": "not mail"}, "邮箱格式不对"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays(
    page: Visitor, city: City, changes: dict[str, str], said: str
) -> None:
    page.sign_in("administrator")
    answer = page.post("/people/new", new_person(city, phone="0316-2000001", **changes), status=422)
    assert said in answer.text
    assert answer.main.one("input", name="phone").get("value") == "0316-2000001"


def test_two_administrators_edit_one_person(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    path = f"/people/{city.liaison.id}"
    token, version = page.token(), str(city.liaison.version)
    first = {"csrf_token": token, "version": version, "name": "李联络", "phone": "0316-2000001", "email": ""}
    assert "已保存" in page.send(path, first).text
    second = page.send(path, {**first, "phone": "0316-2000002"}, status=409)
    assert "已被他人修改" in second.alerts[0]
    assert "0316-2000001" in second.alerts[0]
    assert second.main.one("input", name="phone").get("value") == "0316-2000002"
    # Having been told, the second one may press again.
    form = second.form(path)
    again = {node.get("name"): node.get("value") for node in form.all("input")}
    page.send(path, again)
    session.expire_all()
    assert session.get_one(Person, city.liaison.id).phone == "0316-2000002"


def test_roles_are_given_and_taken(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    path = f"/people/{city.liaison.id}"
    given = page.post(path, {"unit": str(city.finance.id), "office": "supervisor"}, form=f"{path}/roles")
    assert "市财政局 · 督查员" in given.text
    held = session.scalars(select(PersonStanding.id).where(PersonStanding.person_id == city.liaison.id)).all()
    session.rollback()
    page.post(path, form=f"{path}/roles/{held[0]}/take")
    assert "市教育局" not in page(path).form(f"{path}/roles/{held[1]}/take").text
    session.expire_all()
    assert [standing.office for standing in city.liaison.standings] == [Office.SUPERVISOR]


def test_the_last_administrator_cannot_be_locked_out(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    me = city.administrator
    path = f"/people/{me.id}"
    for action in (f"{path}/roles/{me.standings[0].id}/take", f"{path}/close"):
        assert "最后一位管理员" in page.post(path, form=action, status=422).alerts[0]
    assert page("/people").heading == "人员"


def test_closing_ends_the_persons_session_at_once(
    page: Visitor, visitor: type[Visitor], app: Flask, city: City
) -> None:
    liaison = visitor(app).sign_in("liaison")
    page.sign_in("administrator")
    path = f"/people/{city.liaison.id}"
    page.post(path, form=f"{path}/close")
    assert liaison("/units").heading == "登录"
    assert "李联络" not in page("/people").text
    assert "李联络" in page("/people?closed=y").text
    page.post(path, form=f"{path}/reopen")
    assert liaison.sign_in("liaison")("/units").heading == "单位"


def test_a_reset_password_is_shown_once_and_must_be_changed(
    page: Visitor, visitor: type[Visitor], app: Flask, city: City
) -> None:
    page.sign_in("administrator")
    path = f"/people/{city.liaison.id}"
    password = password_on(page.post(path, form=f"{path}/password"))
    assert password not in page(path).html
    assert visitor(app).sign_in("liaison", password)("/units").heading == "修改密码"


def test_a_countys_administrator_keeps_to_the_county(page: Visitor, city: City, session: Session) -> None:
    chief = a_person(session, "county_chief", (Office.ADMINISTRATOR, city.county), name="县管理")
    both = a_person(session, "both", (Office.SUPERVISOR, city.root), (Office.LIAISON, city.county), name="两处任职")
    session.commit()
    page.sign_in("county_chief")
    listed = page("/people")
    assert "县管理" in listed.text
    assert "李联络" not in listed.text
    page(f"/people/{city.liaison.id}", 404)
    shown = page(f"/people/{both.id}")
    assert "修改资料、重置密码和停用账号请联系上级管理员" in shown.text
    offered = {option.get("value") for option in shown.main.one("select", name="unit").all("option")}
    assert offered == {"", str(city.county.id), str(city.county_education.id)}
    token = page.token()
    page.send(f"/people/{both.id}/password", {"csrf_token": token}, status=403)
    root = {"csrf_token": token, "unit": str(city.root.id), "office": "administrator"}
    assert "管理员" in page.send(f"/people/{chief.id}/roles", root, status=422).text
    session.expire_all()
    assert len(chief.standings) == 1


def test_nobody_by_that_number(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    assert "没有此人" in page("/people/9999", 404).text
