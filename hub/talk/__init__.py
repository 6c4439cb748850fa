"""What members of a community say to each other: threads of posts, with answers, votes, polls and files."""
