"""The staff console: a library's work in a browser, by keyboard and scanner, with or without JavaScript."""
