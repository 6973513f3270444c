"""Reads: one module a noun, each function one question. `get_` raises NotFound, `find_` may return None."""
