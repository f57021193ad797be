"""See inside: pages that show what no instrument shows, closed in exam mode."""
