"""The only writer of a verification state; the feed itself is the audit."""
