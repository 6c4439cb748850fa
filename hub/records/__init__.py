"""Records: what members published, with versions, tags and tombstones."""
