"""What the commands about sensitive topics share: labelled files, curves, and the probe of the firewall."""
