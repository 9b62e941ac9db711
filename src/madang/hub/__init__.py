"""The use cases, and the only writer of city state."""
