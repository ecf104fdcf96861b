"""Barge motion and its publishers."""
