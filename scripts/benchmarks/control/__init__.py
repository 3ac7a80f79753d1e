"""What `penchant control-benchmark` is made of: what people do about an item, and what they are shown afterwards."""
