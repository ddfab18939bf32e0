"""Settings of signing in by OpenID Connect, the table `console.oidc` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from kiosk.model.limits import NAME, NOT_EMPTY, is_loopback


@dataclass(frozen=True, slots=True)
class OidcRole:
    """One `[[console.oidc.role]]`: who has this value in the claim has this role here."""

    value: Annotated[str, NOT_EMPTY]
    role: Annotated[str, NAME]
    """As `roles.toml` has it."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider of the town or university. Whoever has none of the roles does not get in."""

    issuer: Annotated[str, NOT_EMPTY]
    """Its address, as its tokens name it; the rest is read from its discovery document."""
    client_id: Annotated[str, NOT_EMPTY]
    redirect: Annotated[str, NOT_EMPTY]
    """Where it sends people back to: https://…/console/sign-in/back."""
    role: Annotated[tuple[OidcRole, ...], NOT_EMPTY]
    client_secret_file: Path | None = None
    """Absent: a public client, which PKCE alone guards."""
    name: Annotated[str, NOT_EMPTY] = "OpenID Connect"
    """What the button calls it."""
    scopes: Annotated[tuple[str, ...], NOT_EMPTY] = ("openid", "profile")
    roles_claim: Annotated[str, NOT_EMPTY] = "groups"
    """A text or a list of texts."""
    account_claim: Annotated[str, NOT_EMPTY] = "preferred_username"
    name_claim: Annotated[str, NOT_EMPTY] = "name"

    def __post_init__(self) -> None:
        for what, text in (("issuer", self.issuer), ("redirect", self.redirect)):
            if not is_safe(text):
                raise ValueError(f"expected {what} to be an address with https")
        if "openid" not in self.scopes:
            raise ValueError("expected openid among the scopes")


def is_safe(address: str) -> bool:
    """With TLS, or on this machine."""
    found = urlsplit(address)
    try:
        is_here = found.scheme == "http" and is_loopback(found.hostname or "")
    except ValueError:  # a name
        is_here = False
    return (found.scheme == "https" and bool(found.hostname)) or is_here
