"""The landing ship: its motion, positioning, instruments and beacon."""
