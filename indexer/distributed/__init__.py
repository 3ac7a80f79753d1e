"""The build beyond one machine: encoding, and the products of everybody's interactions, on a Ray cluster."""
