"""One module a chart family."""
