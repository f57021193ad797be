"""Small widgets of the window, each of which can be used alone."""
