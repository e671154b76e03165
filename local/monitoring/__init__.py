"""Monitoring for operators: an access log, metrics for Prometheus, and JSON logs."""
