"""HTTP to other machines: remote contexts, receivers of notifications."""

from .contexts import HttpContextLoader
from .notifications import HttpSender

__all__ = ["HttpContextLoader", "HttpSender"]
