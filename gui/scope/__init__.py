"""Scope and spectrum: what is on the cables of a bench, against time and against frequency."""
