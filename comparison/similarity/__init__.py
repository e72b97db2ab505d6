"""Look-alikes, families of bills, and passages that texts share."""
