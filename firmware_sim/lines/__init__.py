"""What carries a simulated device's bytes to a host: pseudo-terminals and loopback sockets at the wire's own speed."""
