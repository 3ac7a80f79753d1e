"""Made-up people in front of a made-up service, for alerts and experiments; never as proof of quality."""
