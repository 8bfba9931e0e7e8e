"""How readers say by a link that they want no more of what is not essential."""
