"""The store: tables, sessions, queries and migrations, on SQLite or PostgreSQL."""
