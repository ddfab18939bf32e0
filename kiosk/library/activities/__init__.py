"""Training and activities, and how the public hears of them."""
