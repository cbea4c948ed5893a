"""What a use case may answer instead of doing its work; every message is Chinese and says what to do."""


class NotFound(Exception):
    """The thing does not exist, or lies outside what the actor may know of."""


class Stale(Exception):
    """Somebody else changed it meanwhile; nothing was done, and the words typed must be kept."""


class Invalid(ValueError):
    """What was given cannot be used; the message says what to change."""
