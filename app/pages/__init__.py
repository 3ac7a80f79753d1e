"""Pages for people: templates, scripts and styles that the service serves by itself, and nothing from elsewhere."""
