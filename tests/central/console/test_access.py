"""Who may ask for what: every page as every role, forms of others, sessions, the headers of every answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from kiosk.central.console.book import PAGES
from kiosk.central.console.frame import MENU
from kiosk.central.store import writing
from kiosk.model.circulation import Language
from kiosk.web.roles import Permission
from kiosk.web.sessions import COOKIE
from kiosk.web.staff import Staff, add
from tests.central.console.desk import HERE, ROLES, console_of, forms_of, somebody, web

FREE = {"/", "/duties", "/search", "/account", "/account/password", "/account/language"}
"""What everybody may ask for who is signed in."""


def test_every_page_names_a_permission() -> None:
    assert {page.path for page in PAGES if page.permission is None} == FREE
    assert len({(page.path, page.writes) for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize(
    ("url", "role"),
    [
        *(("sqlite", role) for role in (*ROLES.names(), "stranger")),
        *(("postgresql", role) for role in ("director", "collections", "environment")),
    ],
    indirect=["url"],
)
def test_every_page_as_every_role(store: Engine, role: str) -> None:
    who = somebody(store, role)
    may = ROLES.permissions([role])
    csrf = forms_of(who.get("/console/").text)[0].fields["csrf"]
    for page in PAGES:
        path = f"/console{page.path}"
        status = (who.post(path, csrf=csrf) if page.writes else who.get(path)).status_code
        allowed = page.permission is None or page.permission in may
        assert (status == 403) == (not allowed), (role, path, status)
        assert status < 500, (role, path, status)
    seen = {form.action for form in forms_of(who.get("/console/").text)}
    assert seen == {"/console/search", "/console/sign-out"}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ROLES.names())
def test_the_menu_has_what_the_role_may_see_and_all_of_it_opens(store: Engine, role: str) -> None:
    who = somebody(store, role)
    may = ROLES.permissions([role])
    shown = who.get("/console/").text.partition("<nav")[2].partition("</nav>")[0]
    for name, to, needs in MENU:
        assert (f'href="{to}"' in shown) == (needs is None or needs in may), name
        if needs is None or needs in may:
            assert who.get(to).status_code == 200, to


def test_nobody_gets_in_without_a_session(store: Engine) -> None:
    client = web(store)
    for page in PAGES:
        path = f"/console{page.path}"
        answer = client.post(path, data={"csrf": "x"}) if page.writes else client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in"), path


def test_a_form_of_somebody_else_changes_nothing(store: Engine) -> None:
    mei, zoe = somebody(store, "circulation"), somebody(store, "circulation", name="zoe")
    of_zoe = forms_of(zoe.get("/console/").text)[0].fields["csrf"]
    mine = forms_of(mei.get("/console/").text)[0].fields["csrf"]
    for csrf in ("", of_zoe):
        assert mei.post("/console/return", scan="snow", csrf=csrf).status_code == 403
    headers = {"cookie": f"{COOKIE}={mei.cookie}", "origin": "http://elsewhere.example"}
    answer = mei.client.post("/console/return", data={"scan": "snow", "csrf": mine}, headers=headers)
    assert answer.status_code == 403
    headers["origin"], headers["sec-fetch-site"] = HERE, "cross-site"
    assert mei.client.post("/console/return", data={"scan": "snow", "csrf": mine}, headers=headers).status_code == 403
    assert mei.post("/console/return", scan="snow", csrf=mine).status_code == 303


def test_i8_a_form_that_makes_no_sense_is_refused(store: Engine) -> None:
    """Found by the fuzzer: the parser's own exception went through to the server."""
    mei = somebody(store, "circulation")
    headers = {"cookie": f"{COOKIE}={mei.cookie}", "content-type": "multipart/form-data; boundary=b"}
    for body in (b"\0", b"--b\r\n\r\n", b"--b\r\n!:\r\0"):
        for path in ("/console/sign-in", "/console/sign-out", "/console/return"):
            assert 400 <= mei.client.post_bytes(path, body, headers).status_code < 500, (path, body)


def test_signing_out_ends_the_session_on_the_server(store: Engine) -> None:
    mei = somebody(store, "circulation")
    mei.get("/console/")
    assert mei.post("/console/sign-out", **mei.form("/console/sign-out").fields).status_code == 303
    assert mei.get("/console/").headers["location"] == "/console/sign-in"


def test_a_password_is_asked_for_and_answers_say_the_same_of_all_that_is_wrong(store: Engine) -> None:
    with writing(store) as connection:
        add(connection, Staff("ann", "Ann", ("admin",), "", Language.EN), "a long enough one", "x", datetime.now(UTC))
    client = web(store)
    headers = {"accept-language": "en", "origin": HERE}
    said = set()
    for name, password in (("ann", "wrong"), ("nobody", "a long enough one")):
        answer = client.post("/console/sign-in", data={"name": name, "password": password}, headers=headers)
        assert answer.status_code == 401
        said.add(answer.text.replace(name, ""))
        assert password not in answer.text
    assert len(said) == 1
    right = {"name": " Ann ", "password": "a long enough one"}
    answer = client.post("/console/sign-in", data=right, headers=headers)
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert all(word in cookie for word in (COOKIE, "HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    other = client.post("/console/sign-in", data=right, headers={**headers, "origin": "http://elsewhere.example"})
    assert other.status_code == 403


def test_every_answer_forbids_what_no_page_of_ours_needs(store: Engine) -> None:
    mei = somebody(store, "director")
    for path in ("/console/sign-in", "/console/", "/console/patron?id=nobody", "/console/patrons.csv"):
        headers = mei.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert " style=" not in mei.page
        assert "<script" not in mei.page


def test_where_the_librarys_own_system_lends_this_desk_only_looks(store: Engine) -> None:
    console = console_of(store, may_lend=False)
    mei = somebody(store, "circulation")
    mei.client = web(store, console)
    assert mei.get("/console/desk").status_code == 403
    assert mei.get("/console/patron?id=wei").status_code == 200
    assert "/console/patron/lend" not in mei.page
    assert Permission.PATRON_READ in ROLES.permissions(["circulation"])


def test_a_form_that_is_too_large_is_refused_before_it_is_read(store: Engine) -> None:
    mei = somebody(store, "circulation")
    mei.get("/console/desk")
    fields = mei.form("/console/search").fields
    assert mei.post("/console/search", **{**fields, "q": "x" * 70_000}).status_code == 413


def test_with_a_token_at_the_live_page_the_console_keeps_its_own_sign_in(store: Engine) -> None:
    guarded = web(store, token="a-token-of-a-library-0123456789")
    assert guarded.get("/console/sign-in").status_code == 200
    assert guarded.get("/console/").headers["location"] == "/console/sign-in"
    assert guarded.get("/console.css").status_code == guarded.get("/tokens.css").status_code == 200
    assert guarded.get("/consoleless").status_code == 401
    mei = somebody(store, "circulation")
    mei.client = guarded
    assert mei.get("/console/").status_code == 200
    assert mei.get("/api/v1/patrons").status_code == 401
