"""What the criterion contract and the mutation of its data stand on."""
