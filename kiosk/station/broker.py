"""The broker of the settings, with the password out of its file."""

from __future__ import annotations

import ssl

from drivers.errors import BadSetting
from kiosk.station.settings import BrokerSettings
from kiosk.station.uplink_line import Address
from kiosk.tls import trusting


def address_of(broker: BrokerSettings) -> Address:
    """Where it is and who we are to it. Raises `BadSetting` where password or authority cannot be read."""
    tls = _trusted(broker)
    if broker.password_file is None:
        return Address(broker.host, broker.port, broker.username, tls=tls)
    try:
        password = broker.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else "it is not UTF-8 text"
        raise BadSetting(f"{broker.password_file}: the broker's password cannot be read: {why}") from None
    return Address(broker.host, broker.port, broker.username, password, tls)


def _trusted(broker: BrokerSettings) -> ssl.SSLContext | None:
    try:
        return trusting(broker.authority) if broker.tls else None
    except OSError as trouble:
        raise BadSetting(f"{broker.authority}: no certificate of an authority can be read: {trouble}") from None
