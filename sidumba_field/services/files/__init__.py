"""Use cases of attachments: taking one in, a smaller twin, the way it travels."""
