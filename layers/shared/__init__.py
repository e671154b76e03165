"""The shared layer: what two or more features need, and nothing else."""
