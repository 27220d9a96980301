"""What the release of a build did with journeys of older ones; apart, so that the supervisor can read it cheaply."""

from schemas.shape import Shape


class Adoption(Shape):
    """What became of the running journeys that an older build had started, by workflow id."""

    moved: tuple[str, ...] = ()
    stuck: dict[str, str] = {}  # noqa: RUF012 - pydantic copies defaults
    """Those that today's code cannot continue, with the reason: they need a worker of their own build."""
