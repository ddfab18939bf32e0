"""TLS of the lines to the broker: whose certificate is believed, and where a line may do without."""

from __future__ import annotations

import ssl
from pathlib import Path

from kiosk.model.limits import is_loopback


def trusting(authority: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later; a certificate has to name the host. `authority`: PEM of who signs it, in place of those that
    the system believes. Raises `OSError` for a file that cannot be read or is no PEM."""
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def check_line(host: str, authority: Path | None, *, tls: bool, in_clear: bool) -> None:
    """Loans, cards and PINs go over the line. Raises `ValueError` where others could read them."""
    if authority is not None and not tls:
        raise ValueError("expected tls = true where there is an authority: it says who signs the certificate")
    if tls and in_clear:
        raise ValueError("expected tls or in_clear, not both")
    if not (tls or in_clear or _stays_here(host)):
        raise ValueError("expected tls = true where host is not this machine: loans, cards and PINs go over the line")


def _stays_here(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:  # a name
        return False
