"""Patrons by the thousand: a made-up branch, what its people do in a day, and a balance sheet at the end."""
