from tracker.web.feeds.views import blueprint

__all__ = ["blueprint"]
