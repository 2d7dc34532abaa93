"""Who is asking and what they may do: passwords, devices, sessions, permissions by role, program and unit."""
