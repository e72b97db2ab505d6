"""What ALA holds, and which provision touches it."""
