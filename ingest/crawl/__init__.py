"""The way in by clock: whose turn it is at a host, and the workers that take it."""
