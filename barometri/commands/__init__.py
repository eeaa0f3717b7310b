"""The command line: the only room that knows both sides of the disclosure line."""
