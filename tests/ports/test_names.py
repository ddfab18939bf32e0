"""A host that is no name: a typing error in the settings is a fault that is told, and no dead thread."""

from __future__ import annotations

import pytest

from drivers.errors import PortGone
from drivers.ports.listening import ListeningPort
from drivers.ports.port import Port
from drivers.ports.tcp import TcpPort

NO_NAME = "192.168..1"


@pytest.mark.parametrize("port", [TcpPort(NO_NAME, 10_001), ListeningPort(NO_NAME, 10_001)], ids=["tcp", "tcp-listen"])
def test_a_host_that_is_no_name_is_a_port_that_is_not_there(port: Port) -> None:
    with pytest.raises(PortGone, match=r"192\.168\.\.1:10001 cannot be"):
        port.open()
