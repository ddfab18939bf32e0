"""What web pages share: passwords, roles and permissions, lists, CSV. Knows no store of its own."""
