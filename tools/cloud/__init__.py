"""The platform as AWS runs it, emulated on this machine from template.yaml."""
