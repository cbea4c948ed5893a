"""Values and rules, standard library only: nothing here knows of a database, a page or a clock."""
