"""Use cases of judging: one record, batches, waiting values, sign-off, twins."""
