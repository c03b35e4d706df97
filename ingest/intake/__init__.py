"""The ways in by hand: a pasted text, files, a seed corpus, kept bytes read again."""
