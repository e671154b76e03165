"""The deployment to AWS: templates, migrations and the programs that keep the templates up to date."""
