"""Ways to send a message out: inbox, mail, and a memory transport for tests."""
