"""``python -m server_stub.cli``."""

from __future__ import annotations

from server_stub.cli import main

if __name__ == "__main__":
    main()
