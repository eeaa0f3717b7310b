"""Statistics on arrays: numpy arrays in, frozen records out, and no word of the survey they come from."""
