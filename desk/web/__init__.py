"""Requests and answers of the desk: routes, context, sign-in."""
