"""What every room has, whatever stands in it: time, cables and noise."""
