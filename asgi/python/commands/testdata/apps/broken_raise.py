raise RuntimeError("the database has no tables")
