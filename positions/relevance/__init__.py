"""Whether a specialist would want a position beside a document: its scope, its kind, and a small trained model."""
