"""Criteria, phases, countdown and gates; pure."""
