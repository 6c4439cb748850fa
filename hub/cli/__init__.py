"""The command `moothall`: one file a noun."""
