"""What people and other programs see of central: one live page and REST, read from the store."""
