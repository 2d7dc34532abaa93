"""The laptop's encrypted SQLite: opening, keys, tables, repositories, outbox; hands out core values only."""
