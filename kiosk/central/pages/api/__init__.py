"""REST, version 1: every operation is declared once; the routes, their checks and the OpenAPI page are made of that."""
