"""Parts of the live plot: curves of runs, cursors, a region, fits, maps, export. Each knows the plot and no other."""
