"""SQLAlchemy tables by aggregate, and the named queries over them; no rules."""
