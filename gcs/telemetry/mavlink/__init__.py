"""MAVLink 1 and 2: dialect, framing, decoding, encoding, signing."""
