"""PostgreSQL: the pool, transactions and statements."""
