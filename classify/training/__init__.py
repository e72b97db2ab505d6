"""Train the model, and what it learns from."""
