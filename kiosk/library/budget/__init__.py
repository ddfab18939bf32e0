"""The library's money that is spent: funds of a year, what is asked of them, and what moves between them."""
