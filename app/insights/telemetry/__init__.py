"""Traces for OpenTelemetry: a span for each request, and one for each stage of a slate."""
