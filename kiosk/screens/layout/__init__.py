"""View model → draw list and semantic tree, one module a kind of screen. Pure; works in units, not pixels."""
