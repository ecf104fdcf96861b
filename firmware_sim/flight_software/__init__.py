"""Guidance, commit rule and telemetry of a flight computer."""
