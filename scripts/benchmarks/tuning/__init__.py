"""Choosing the numbers of item vectors and user embeddings by what the operator's own people took up next."""
