"""What a use case may answer instead of doing its work; every message is Chinese and says what to do."""

from tracker.domain.faults import Faulty


class NotFound(Exception):
    """The thing does not exist, or lies outside what the actor may know of."""


class Stale(Exception):
    """Somebody else changed it meanwhile; nothing was done, and the words typed must be kept."""


class Invalid(Faulty):
    """What was given cannot be used; each of its faults says what to change, and names the field where it has one.

    A use case behind a form takes ``unread``, the fields that the form could not read, and tells them together with
    what itself refuses; while there is any, nothing is done.
    """
