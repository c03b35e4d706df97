"""A page's tree, and a part of it written as Markdown and as text."""
