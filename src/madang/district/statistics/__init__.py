"""Pure statistics of a district: its cluster, its scores, its growth against plan, and who stayed."""
