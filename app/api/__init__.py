"""HTTP in, values out: reads requests, asks the service, and writes answers and problems."""
