"""Whether a deployment is safe: one check per function, a report in plain words."""
