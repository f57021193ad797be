"""What the sample feels beside light: magnetic field, temperature, gate voltage."""
