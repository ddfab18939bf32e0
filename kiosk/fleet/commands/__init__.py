"""Orders for kiosks and gates: asked, agreed to, said in stages, and what became of them (ADR 0190 to 0192)."""
