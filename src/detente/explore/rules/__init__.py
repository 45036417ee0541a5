"""A rule in words for where a claim holds."""
