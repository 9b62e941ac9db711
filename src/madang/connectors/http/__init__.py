"""HTTP to other machines: remote contexts, receivers of notifications, other cities' hubs."""

from .contexts import HttpContextLoader
from .notifications import HttpSender
from .peers import HttpPeerHub

__all__ = ["HttpContextLoader", "HttpPeerHub", "HttpSender"]
