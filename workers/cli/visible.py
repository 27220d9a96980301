"""Text from elsewhere as it may go to a terminal."""


def visible(text: str) -> str:
    """`text` with what a terminal would obey, or not show, written out: line ends, escapes, changes of direction."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
