"""Cryptography of laptop and server alike: Ed25519, AES-GCM frames, age, key slots, the bundle container."""
