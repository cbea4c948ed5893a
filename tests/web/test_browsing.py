"""The visitor that other tests trust: it signs in for real, and it fails on pages with faults."""

from __future__ import annotations

import pytest

from tests.builders import City
from tests.html import parse
from tests.web.browsing import Page, Visitor, check, fields_of

GOOD = "<html><head><title>甲 · 督办台账</title></head><main><h1>甲</h1>{}</main></html>"


def page_of(inside: str) -> Page:
    html = GOOD.format(inside)
    return Page(200, "/x", parse(html), html)


def test_signing_in_and_out(page: Visitor, city: City) -> None:
    assert page.sign_in("liaison")("/password").heading == "修改密码"
    assert page.sign_out()("/password").heading == "登录"


def test_a_wrong_password_is_told_and_the_login_is_kept(page: Visitor, city: City) -> None:
    refused = page.post("/sign-in", {"login": "liaison", "password": "wrong words"}, form="", status=422)
    assert "账号或密码不正确" in refused.text
    assert refused.main.one("input", name="login").get("value") == "liaison"


def test_a_good_page_passes() -> None:
    check(page_of('<form method="get"><label>字<input name="q"></label></form>'))


@pytest.mark.parametrize(
    "inside",
    [
        "<h1>乙</h1>",
        '<p id="a"></p><p id="a"></p>',
        '<p style="color: red"></p>',
        "<style>p {}</style>",
        "<script>1</script>",
        '<a onclick="go()"></a>',
        '<form method="post"></form>',
        '<form method="get"><input name="q"></form>',
    ],
)
def test_a_page_with_a_fault_fails(inside: str) -> None:
    with pytest.raises(AssertionError):
        check(page_of(inside))


@pytest.mark.parametrize("html", ["<p><b></p></b>", "<p>", '<p id="a" id="b"></p>', "</p>"])
def test_a_page_that_does_not_nest_fails(html: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        parse(html)


def test_the_fields_of_a_form_are_what_a_browser_sends() -> None:
    form = parse(
        '<form><input name="a" value="1"><textarea name=c>\n 字 </textarea>'
        '<input type="radio" name="b" value="x"><input type="radio" name="b" value="y" checked>'
        "<select name=d><option value=1></option><option value=2 selected></option></select>"
        '<input name="e" value="5" disabled><button name="f" value="6"></button></form>'
    ).one("form")
    assert fields_of(form) == {"a": "1", "b": "y", "c": " 字 ", "d": "2"}
