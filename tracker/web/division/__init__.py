from tracker.web.division.views import blueprint

__all__ = ["blueprint"]
