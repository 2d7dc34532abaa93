"""The server's database, SQLite or PostgreSQL: registry, tables, repositories, unit of work."""
