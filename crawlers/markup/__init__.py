"""The text of a bill with the words that it adds and strikes, read from HTML, XML and PDF as legislatures mark it."""
