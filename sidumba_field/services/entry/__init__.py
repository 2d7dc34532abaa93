"""Use cases of typing a record: answers, undo, numbers, last year."""
