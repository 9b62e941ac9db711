"""What the inside needs from the outside, as small protocols. Each has a contract suite in ``madang.testing``."""
