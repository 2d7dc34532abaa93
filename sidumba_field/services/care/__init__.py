"""Looking after a laptop: safe copies, what is only here, its clock, its disk, what does not get through."""
