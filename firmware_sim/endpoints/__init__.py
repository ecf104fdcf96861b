"""The simulated units on real links."""
