"""Programs of their own that the tests start and kill: the real window and the real services, as processes."""
