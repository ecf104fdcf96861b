"""Virtual-time rehearsals against firmware_sim."""
