"""Use cases of printing: which papers, what may be chosen, the paper itself."""
