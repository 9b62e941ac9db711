"""The languages that records, units and the briefing have words in."""

LANGUAGES = ("ko", "en", "fr", "de")
"""In the order in which tables have their columns. The console itself speaks the first two."""
