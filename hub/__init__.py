"""Everything with state or a face: the database, the index, the work and the site."""
