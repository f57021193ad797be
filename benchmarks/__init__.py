"""Benchmarks: ours against a peer in one run, with the error of each."""
