"""Everything cryptographic, used by laptop and server alike: signatures, sealed boxes, key slots, encrypted files.

No primitive of our own: Ed25519 and AES-GCM come from ``cryptography``, Argon2id from ``argon2-cffi``, age from
``pyrage``.
"""
