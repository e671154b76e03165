"""Demo data: a platform that looks alive on its first start."""
