"""Use cases: each takes a session, an actor and an instant, and owns its commit."""
