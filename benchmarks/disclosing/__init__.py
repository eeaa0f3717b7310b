"""Random table sets that are protected and then attacked."""
