"""Configuration: TOML files checked in full, every problem told at once."""
