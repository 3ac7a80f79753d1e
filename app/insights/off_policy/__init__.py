"""What a policy that was not served would have earned, as far as the draws of exploration tell."""
