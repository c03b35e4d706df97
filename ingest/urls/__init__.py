"""URLs: one spelling, one key (``normalise``); and what links wrap that only lead to another address (``wrappers``)."""
