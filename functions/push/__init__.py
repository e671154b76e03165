"""Push messages for browsers (Web Push: RFC 8030, 8291, 8292): who subscribed, and sending what waits for them."""
