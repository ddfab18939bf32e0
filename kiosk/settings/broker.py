"""The MQTT broker, as everybody who speaks to it has it in their settings: where it is, who we are, who is believed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER, is_loopback


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """The MQTT broker."""

    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    port: Annotated[int, PORT_NUMBER] = 1883
    username: str | None = None
    """Of the kind that `kiosk acl` writes for this part."""
    password_file: Path | None = None
    tls: bool = False
    """Speak TLS, and check the broker's certificate; its port is 8883, as a rule."""
    authority: Path | None = None
    """PEM of who signs it, where that is not one that the system believes."""
    certificate: Path | None = None
    """PEM of our own certificate, by which the broker knows us instead of by a password; `kiosk enrol` fetches it."""
    key: Path | None = None
    """PEM of the key of `certificate`, which nobody but its owner may read."""
    in_clear: bool = False
    """Without TLS to another machine: over a tunnel, or a network that nobody else is on."""

    def __post_init__(self) -> None:
        if self.authority is not None and not self.tls:
            raise ValueError("expected tls = true where there is an authority: it says who signs the certificate")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("expected certificate and key, or neither")
        if self.certificate is not None and not self.tls:
            raise ValueError("expected tls = true where there is a certificate of our own")
        if self.tls and self.in_clear:
            raise ValueError("expected tls or in_clear, not both")
        if not (self.tls or self.in_clear or _stays_here(self.host)):
            raise ValueError(
                "expected tls = true where host is not this machine: loans, cards and PINs go over the line"
            )

    def password(self) -> str | None:
        """Raises `OSError` and `UnicodeDecodeError` where the file cannot be read."""
        return None if self.password_file is None else self.password_file.read_text(encoding="utf-8").strip()

    def trusted(self) -> ssl.SSLContext | None:
        """TLS 1.2 or later, with a certificate that names the host; None: the line is in clear. Raises `OSError` for
        an authority, certificate or key that cannot be read, is no PEM or does not belong to the other."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate is not None and self.key is not None:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        return context


def _no_password() -> str:
    """Of a key that is encrypted: OpenSSL would ask for it at a terminal, which a service does not have."""
    raise OSError("the key is encrypted; a service cannot type its password")


def _stays_here(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:  # a name
        return False
