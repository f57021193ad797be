"""Runs as labelled arrays with units, in files that survive a crash and say where their numbers came from."""
