"""Atmosphere, wind and sea."""
