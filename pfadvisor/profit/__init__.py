"""What a loop costs and what parallelism would gain."""
