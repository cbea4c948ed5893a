from tracker.web.work.views import blueprint

__all__ = ["blueprint"]
