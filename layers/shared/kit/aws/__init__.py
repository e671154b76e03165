"""Lambda and the AWS services that features call."""
