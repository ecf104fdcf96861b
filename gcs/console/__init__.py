"""Consoles: they show Snapshots and send Intents, and compute no verdict."""
