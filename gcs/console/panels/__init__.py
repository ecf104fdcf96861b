"""Panels: each a pure function of (Picture, width, height) to rows of text."""
