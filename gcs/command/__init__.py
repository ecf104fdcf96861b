"""Commands to the vehicle and their verification; pure."""
