"""The library's duties beside lending, as plain tables of states and actions. Pure: no clock, no store, no page."""
