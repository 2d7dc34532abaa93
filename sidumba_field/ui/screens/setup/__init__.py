"""Screen 10b after the activation: what comes in, and a PIN."""
