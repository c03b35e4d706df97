"""Benchmarks: each prints its table and the ratio to its peers, measured in one run, and writes JSON when asked."""
