"""Ways out of the program for messages: one protocol, mail by SMTP, and a memory for tests."""
