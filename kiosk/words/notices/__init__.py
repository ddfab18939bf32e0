"""What notices to patrons say, by language: Jinja templates that a library may change on its console."""
