"""The deployment to AWS: templates, migrations and what keeps the templates true."""
