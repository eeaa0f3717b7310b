"""Parts of the benchmark of what protection costs and what it never shows."""
