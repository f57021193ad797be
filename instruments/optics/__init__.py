"""Light: its sources, what modulates it, and meters of its energy and power."""
