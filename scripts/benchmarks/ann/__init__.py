"""What the vector index finds and costs, under filters, beside others."""
