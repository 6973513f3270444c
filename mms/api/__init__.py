"""REST: one router file per noun, schemas beside it; errors become HTTP once, in app.py."""
