"""Figures: protected numbers and texts in, charts out."""
