"""Recorder, readers and recovery."""
