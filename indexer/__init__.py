"""Offline: a catalogue and its events in, a published snapshot out."""
