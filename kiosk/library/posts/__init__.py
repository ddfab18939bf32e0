"""Who holds which post, what they have learned, and who stands in for them."""
