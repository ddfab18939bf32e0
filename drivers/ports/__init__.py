"""Ports: the only code that touches a device's file descriptor or socket, and the pump between a port and a core."""
