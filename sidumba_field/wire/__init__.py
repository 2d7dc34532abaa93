"""What travels between laptop and server: messages, endpoints, problems, protocol versions, one canonical spelling."""
