from tracker.web.inbox.views import blueprint

__all__ = ["blueprint"]
