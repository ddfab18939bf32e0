"""What hardware is there: ports and readers that the machine shows, and questions that tell who sits behind a port."""
