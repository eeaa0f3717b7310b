"""The disclosure line: exact results go in, what may be published comes out."""
