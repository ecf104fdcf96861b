"""The station in a loop with a plant."""
