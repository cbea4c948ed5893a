from tracker.web.supervision.views import blueprint

__all__ = ["blueprint"]
