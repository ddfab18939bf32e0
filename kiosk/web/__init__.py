"""What web pages share: accounts, sessions, the trail, roles and permissions, lists, CSV, plots."""
