"""madang: one installable program that runs a smart-city district."""

__version__ = "0.1.0"
