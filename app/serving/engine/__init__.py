"""A vector engine beyond this process: published to, asked, and done without while it is away."""
