"""The parts screens are made of, one component per module."""
