"""Find the sentence that touches a position, and the direction in which it pushes."""
