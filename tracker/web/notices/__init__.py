from tracker.web.notices.views import blueprint

__all__ = ["blueprint"]
