"""The ground station."""
