"""Byte and topic pipes; they know no message."""
