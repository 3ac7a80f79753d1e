"""What `penchant explain-benchmark` measures: whether labels are facts, how much they say, and what they cost."""
