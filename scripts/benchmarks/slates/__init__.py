"""What `penchant slate-benchmark` is made of: settings of the query, side by side, on likes that were kept back."""
