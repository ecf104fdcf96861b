"""The Earth, its atmosphere and wind, and the sea."""
