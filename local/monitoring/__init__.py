"""What operators see: a line in the log for every request, figures for Prometheus, and JSON logs."""
