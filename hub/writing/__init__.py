"""What people write to be kept: practice notes of their organisation, and the wiki pages of a community."""
