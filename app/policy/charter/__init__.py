"""The charter: what is personalised, with which data and why, and what a person controls; published and enforced."""
