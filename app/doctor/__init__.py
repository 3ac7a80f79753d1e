"""What is wrong with a folder and a service, in words, each with its mend."""
