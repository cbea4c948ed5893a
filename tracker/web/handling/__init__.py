from tracker.web.handling.views import blueprint

__all__ = ["blueprint"]
