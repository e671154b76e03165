"""Push messages for browsers (Web Push: RFC 8030, 8291, 8292): subscriptions, and sending queued messages."""
