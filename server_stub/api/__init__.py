"""The HTTP face of the server: sync, uploads, programs, devices; one writer of problems."""
