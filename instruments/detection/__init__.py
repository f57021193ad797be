"""Photodetectors and the amplifiers behind them."""
