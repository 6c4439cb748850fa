"""Communities of practice: who may see them, who belongs to them, and the library that fills itself."""
