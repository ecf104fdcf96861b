"""The simulated flight computers and landing barge."""
