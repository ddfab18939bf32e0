"""Signing in by OpenID Connect: who comes back with a token that is right gets an account; nobody else gets in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import OctKey
from sqlalchemy import Engine, select, update

from kiosk.central.console import oidc_pages
from kiosk.central.console.oidc import Oidc
from kiosk.central.store import writing
from kiosk.central.store.console_tables import sign_in_flows, staff
from kiosk.web.sessions import COOKIE
from kiosk.web.staff import set_disabled
from tests.central.console.desk import Web, console_of, somebody, trail, web
from tests.central.console.oidc_provider import SECRET, STRANGER, Provider, ProviderServer

BACK = "/console/sign-in/back?"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ProviderServer]:
    with ProviderServer(tmp_path) as server:
        yield server


@pytest.fixture
def provider(server: ProviderServer) -> Provider:
    return server.provider


@dataclass
class Visitor:
    """A browser that is not signed in."""

    client: Web
    cookie: str = ""
    to: str = ""

    def leaves(self) -> httpx.Response:
        answer = self.client.get("/console/sign-in/with?lang=en")
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        self.to = answer.headers.get("location", "")
        return answer

    def returns(self, query: str, cookie: str | None = None) -> httpx.Response:
        sent = self.cookie if cookie is None else cookie
        return self.client.get(BACK + query, headers={"cookie": sent, "accept-language": "en"})

    def signs_in(self, provider: Provider) -> httpx.Response:
        self.leaves()
        return self.returns(provider.signs_in(self.to))


@pytest.fixture
def visitor(store: Engine, server: ProviderServer) -> Visitor:
    return Visitor(web(store, replace(console_of(store), oidc=Oidc(server.settings))))


def opened(answer: httpx.Response) -> str:
    """The cookie of the session that began; empty where none did."""
    sent = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
    return next((one for one in sent if one.startswith(COOKIE + "=")), "")


def accounts(store: Engine) -> dict[str, str]:
    with store.connect() as connection:
        return {row.name: row.roles for row in connection.execute(select(staff))}


def test_who_signs_in_there_has_an_account_with_the_roles_of_its_claims(
    store: Engine, visitor: Visitor, provider: Provider
) -> None:
    assert "Sign in with City ID" in visitor.client.get("/console/sign-in?lang=en").text
    answer = visitor.signs_in(provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert all(word in answer.headers["set-cookie"] for word in ("HttpOnly", "Secure", "SameSite=lax"))
    page = visitor.client.get("/console/", headers={"cookie": opened(answer)})
    assert page.status_code == 200
    assert "李娜" in page.text
    assert visitor.client.get("/console/audit", headers={"cookie": opened(answer)}).status_code == 403
    assert accounts(store) == {"li.na": "circulation"}
    assert opened(visitor.signs_in(provider))
    assert [action for _, action, _ in trail(store)] == ["staff.add", "staff.roles"]
    form = {"name": "li.na", "password": ""}
    assert visitor.client.post("/console/sign-in", form, {"origin": "http://127.0.0.1"}).status_code == 401


def test_without_a_role_nobody_gets_in_and_who_loses_it_is_out(
    store: Engine, visitor: Visitor, provider: Provider
) -> None:
    for groups in (["staff"], [], None, "staff", {"lib-desk": True}, [["lib-desk"]]):
        provider.claims = {"groups": groups}
        assert visitor.signs_in(provider).status_code == 403, groups
    assert accounts(store) == {}
    provider.claims = {"groups": "lib-desk"}
    session = opened(visitor.signs_in(provider))
    provider.claims = {"groups": ["lib-head"]}
    visitor.signs_in(provider)
    assert accounts(store) == {"li.na": "director"}
    provider.claims = {"groups": ["gone"]}
    assert visitor.signs_in(provider).status_code == 403
    assert accounts(store) == {"li.na": ""}
    assert visitor.client.get("/console/", headers={"cookie": session}).status_code == 303


def test_tokens_that_are_not_right_open_nothing(store: Engine, visitor: Visitor, provider: Provider) -> None:
    now = int(time.time())
    wrong: dict[str, dict[str, object]] = {
        "nonce of another signing in": {"nonce": "x"},
        "no nonce": {"nonce": None},
        "another audience": {"aud": "another-program"},
        "two audiences and no azp": {"aud": ["library-console", "other"]},
        "for another party": {"aud": ["library-console", "other"], "azp": "other"},
        "no audience": {"aud": None},
        "another issuer": {"iss": "https://id.example.org"},
        "expired": {"exp": now - 120},
        "no end": {"exp": None},
        "an end that is text": {"exp": "tomorrow"},
        "made long ago": {"iat": now - 7_200},
        "made in the future": {"iat": now + 7_200},
        "not valid yet": {"nbf": now + 7_200},
        "no subject": {"sub": None},
        "no name of an account": {"preferred_username": "<script>"},
    }
    for why, claims in wrong.items():
        provider.claims = claims
        answer = visitor.signs_in(provider)
        assert (answer.status_code, opened(answer)) == (403, ""), why
    provider.claims = {}
    for key, algorithm in ((STRANGER, "RS256"), (OctKey.import_key(SECRET), "HS256")):
        provider.key, provider.algorithm = key, algorithm
        assert visitor.signs_in(provider).status_code == 403, algorithm
    assert accounts(store) == {}


def test_a_return_counts_once_in_the_browser_that_left_and_not_for_ever(
    store: Engine, visitor: Visitor, provider: Provider
) -> None:
    visitor.leaves()
    query = provider.signs_in(visitor.to)
    assert visitor.returns(query, cookie="").status_code == 403
    assert visitor.returns(query, cookie=f"{oidc_pages.COOKIE}=another").status_code == 403
    assert visitor.returns(query.replace("state=", "state=x")).status_code == 403
    assert opened(visitor.returns(query))
    replayed = visitor.returns(query)
    assert (replayed.status_code, opened(replayed)) == (403, "")
    visitor.leaves()
    query = provider.signs_in(visitor.to)
    with writing(store) as connection:
        connection.execute(update(sign_in_flows).values(made_at=datetime.now(UTC) - timedelta(hours=1)))
    assert visitor.returns(query).status_code == 403
    visitor.leaves()
    state = provider.signs_in(visitor.to).partition("state=")[2].partition("&")[0]
    assert visitor.returns(f"error=access_denied&state={state}").status_code == 403
    visitor.leaves()
    mixed_up = provider.signs_in(visitor.to).replace("realm", "other")
    assert visitor.returns(mixed_up).status_code == 403


def test_an_account_with_a_password_is_not_taken_over_and_a_disabled_one_stays_out(
    store: Engine, visitor: Visitor, provider: Provider
) -> None:
    somebody(store, "admin", name="li.na")
    assert visitor.signs_in(provider).status_code == 403
    assert accounts(store) == {"li.na": "admin"}
    provider.claims = {"preferred_username": "lina"}
    assert opened(visitor.signs_in(provider))
    with writing(store) as connection:
        set_disabled(connection, "lina", disabled=True, by="boss", now=datetime.now(UTC))
    assert visitor.signs_in(provider).status_code == 403


def test_a_provider_that_is_away_or_another_one_is_said(store: Engine, server: ProviderServer) -> None:
    for is_up, says in ((False, ""), (True, "https://id.example.org")):
        server.provider.is_up, server.provider.says_issuer = is_up, says
        visitor = Visitor(web(store, replace(console_of(store), oidc=Oidc(server.settings))))
        answer = visitor.leaves()
        assert answer.status_code == 502
        assert "cannot be asked at the moment" in answer.text


def test_settings_that_would_be_unsafe_are_refused(server: ProviderServer) -> None:
    with pytest.raises(ValueError, match=r"issuer .* https"):
        replace(server.settings, issuer="http://id.example.org")
    with pytest.raises(ValueError, match=r"redirect .* https"):
        replace(server.settings, redirect="http://library.example.org/back")
    with pytest.raises(ValueError, match="openid"):
        replace(server.settings, scopes=("profile",))


def test_without_a_provider_there_is_no_such_page(store: Engine) -> None:
    client = web(store)
    assert client.get("/console/sign-in/with").headers["location"] == "/console/sign-in"
    assert "Sign in with" not in client.get("/console/sign-in?lang=en").text
