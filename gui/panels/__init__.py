"""The panels of the window, one in a file; each takes a model and holds no truth of its own."""
