"""The smallest private module proxy: a folder of files that any web server serves."""
