from tracker.web.people.views import blueprint

__all__ = ["blueprint"]
