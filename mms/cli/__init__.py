"""The command line: one file per noun, the same use cases as the dashboard and REST."""
