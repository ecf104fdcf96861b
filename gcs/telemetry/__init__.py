"""Bytes to samples to joint state; pure."""
